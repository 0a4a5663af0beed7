-- What a file held when it was first opened is nobody's writing.
ALTER TABLE "DocumentVersion" DROP CONSTRAINT "DocumentVersion_cause_check";
ALTER TABLE "DocumentVersion" ADD CONSTRAINT "DocumentVersion_cause_check" CHECK ("cause" IN ('opened', 'saved', 'disk', 'restored'));
