-- How much room a workspace's files took when they were last measured.
ALTER TABLE "Workspace" ADD COLUMN "diskBytes" bigint;
ALTER TABLE "Workspace" ADD COLUMN "diskFiles" bigint;
