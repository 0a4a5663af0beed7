-- Somebody who leaves is shut out at once; the row goes when all they owned has gone.
ALTER TABLE "User" DROP CONSTRAINT "User_standing_check";
ALTER TABLE "User" ADD CONSTRAINT "User_standing_check" CHECK ("standing" IN ('active', 'waiting_payment', 'suspended', 'leaving'));
CREATE INDEX "User_leaving" ON "User" ("id") WHERE "standing" = 'leaving';
