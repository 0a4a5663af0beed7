CREATE TABLE "GitHubInstallation" (
    "id" INTEGER NOT NULL,
    "account" TEXT NOT NULL,
    "teamId" UUID NOT NULL,
    "connectedAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GitHubInstallation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "GitHubInstallation_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "GitHubInstallation_teamId_key" ON "GitHubInstallation"("teamId");

ALTER TABLE "Secret" ADD COLUMN "managedBy" TEXT,
  ADD CONSTRAINT "Secret_managedBy_check" CHECK ("managedBy" IS NULL OR ("managedBy" = 'github-app' AND "teamId" IS NOT NULL));
