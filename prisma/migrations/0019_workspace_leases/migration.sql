-- Which copy of the orchestrator drives which workspace. No reference to the workspace: one that is gone is cleared up after
-- as well, and its lease outlives its row.
CREATE TABLE "WorkspaceLease" (
  "workspaceId" uuid PRIMARY KEY,
  "id" uuid NOT NULL,
  "holder" text NOT NULL,
  "expiresAt" timestamptz NOT NULL
);
