-- Numbers without gaps, given under the chain's lock. Entries from before it have no hash; the chain begins behind them.
ALTER TABLE "AuditEntry" ALTER COLUMN "id" DROP IDENTITY;
ALTER TABLE "AuditEntry" ADD COLUMN "hash" bytea;
CREATE INDEX "AuditEntry_actor" ON "AuditEntry" ("actorId", "id");
CREATE INDEX "AuditEntry_action" ON "AuditEntry" ("action", "id");
