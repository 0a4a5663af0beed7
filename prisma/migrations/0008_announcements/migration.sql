CREATE TABLE "Announcement" (
  "id" uuid PRIMARY KEY,
  "text" text NOT NULL,
  "tone" text NOT NULL CHECK ("tone" IN ('info', 'warning')),
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "endsAt" timestamptz
);
