CREATE TABLE "UsageMeter" (
    "workspaceId" UUID NOT NULL,
    "countedTo" TIMESTAMPTZ(6) NOT NULL,
    "incarnation" INTEGER NOT NULL,
    "cpuSeconds" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "UsageMeter_pkey" PRIMARY KEY ("workspaceId")
);

CREATE TABLE "UsageDay" (
    "day" DATE NOT NULL,
    "workspaceId" UUID NOT NULL,
    "workspaceName" TEXT NOT NULL,
    "personId" UUID,
    "teamId" UUID,
    "awakeSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "asleepSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "cpuSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "memoryByteSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "storageByteSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "trafficBytes" BIGINT NOT NULL DEFAULT 0,
    "agentTokens" BIGINT NOT NULL DEFAULT 0,
    "agentCostMicros" BIGINT NOT NULL DEFAULT 0,
    "workflowSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "UsageDay_pkey" PRIMARY KEY ("day", "workspaceId")
);
CREATE INDEX "UsageDay_personId" ON "UsageDay"("personId", "day");
CREATE INDEX "UsageDay_teamId" ON "UsageDay"("teamId", "day");

CREATE TABLE "UsageBudget" (
    "ownerKind" TEXT NOT NULL,
    "ownerId" UUID NOT NULL,
    "hours" INTEGER NOT NULL,
    "hardStop" BOOLEAN NOT NULL,
    "month" TEXT NOT NULL DEFAULT '',
    "alerted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "UsageBudget_pkey" PRIMARY KEY ("ownerKind", "ownerId"),
    CONSTRAINT "UsageBudget_ownerKind_check" CHECK ("ownerKind" IN ('person', 'team')),
    CONSTRAINT "UsageBudget_hours_check" CHECK ("hours" >= 1)
);

CREATE TABLE "UsagePrice" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "centsPerHour" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "UsagePrice_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "UsagePrice_one" CHECK ("id" = 1)
);
