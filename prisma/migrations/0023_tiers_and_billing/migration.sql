CREATE TABLE "TierLimit" (
    "tier" TEXT NOT NULL,
    "workspaces" INTEGER NOT NULL,
    "members" INTEGER NOT NULL,

    CONSTRAINT "TierLimit_pkey" PRIMARY KEY ("tier"),
    CONSTRAINT "TierLimit_tier_check" CHECK ("tier" IN ('free', 'pro', 'team')),
    CONSTRAINT "TierLimit_workspaces_check" CHECK ("workspaces" >= 0),
    CONSTRAINT "TierLimit_members_check" CHECK ("members" >= 1)
);
-- As it was in code before.
INSERT INTO "TierLimit" VALUES ('free', 1, 500), ('pro', 5, 500), ('team', 20, 500);

-- A plan is the higher of what an administrator gave and what is paid for; until now all were given.
ALTER TABLE "User" ADD COLUMN "grantedTier" TEXT NOT NULL DEFAULT 'free', ADD COLUMN "paidTier" TEXT,
  ADD CONSTRAINT "User_grantedTier_check" CHECK ("grantedTier" IN ('free', 'pro', 'team')),
  ADD CONSTRAINT "User_paidTier_check" CHECK ("paidTier" IN ('free', 'pro', 'team'));
UPDATE "User" SET "grantedTier" = "tier";
ALTER TABLE "Team" ADD COLUMN "tier" TEXT, ADD COLUMN "grantedTier" TEXT, ADD COLUMN "paidTier" TEXT,
  ADD CONSTRAINT "Team_tier_check" CHECK ("tier" IN ('free', 'pro', 'team')),
  ADD CONSTRAINT "Team_grantedTier_check" CHECK ("grantedTier" IN ('free', 'pro', 'team')),
  ADD CONSTRAINT "Team_paidTier_check" CHECK ("paidTier" IN ('free', 'pro', 'team'));

CREATE TABLE "BillingCustomer" (
    "id" UUID NOT NULL,
    "ownerKind" TEXT NOT NULL,
    "ownerId" UUID NOT NULL,
    "stripeId" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reconciledAt" TIMESTAMPTZ(6),
    "subscriptionId" TEXT,
    "status" TEXT,
    "plan" TEXT,
    "seats" INTEGER,
    "periodEndsAt" TIMESTAMPTZ(6),
    "trialEndsAt" TIMESTAMPTZ(6),
    "cancelsAt" TIMESTAMPTZ(6),
    "unpaidSince" TIMESTAMPTZ(6),

    CONSTRAINT "BillingCustomer_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "BillingCustomer_ownerKind_check" CHECK ("ownerKind" IN ('person', 'team')),
    CONSTRAINT "BillingCustomer_plan_check" CHECK ("plan" IN ('pro', 'team'))
);
CREATE UNIQUE INDEX "BillingCustomer_stripeId_key" ON "BillingCustomer"("stripeId");
CREATE UNIQUE INDEX "BillingCustomer_ownerKind_ownerId_key" ON "BillingCustomer"("ownerKind", "ownerId");

CREATE TABLE "BillingTrial" (
    "whose" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BillingTrial_pkey" PRIMARY KEY ("whose")
);
