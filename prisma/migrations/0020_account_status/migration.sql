ALTER TABLE "User" RENAME COLUMN "standing" TO "status";
ALTER TABLE "User" RENAME CONSTRAINT "User_standing_check" TO "User_status_check";
