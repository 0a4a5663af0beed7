-- Where the workspaces of a person, or of a team, may go; without a row, wherever the deployment lets them.
CREATE TABLE "EgressPolicy" (
  "id" uuid PRIMARY KEY,
  "ownerId" uuid UNIQUE REFERENCES "User" ON DELETE CASCADE,
  "teamId" uuid UNIQUE REFERENCES "Team" ON DELETE CASCADE,
  "fallback" text NOT NULL CHECK ("fallback" IN ('open', 'closed')),
  "allow" text[] NOT NULL,
  "deny" text[] NOT NULL,
  "updatedAt" timestamptz NOT NULL DEFAULT now(),
  CHECK (("ownerId" IS NULL) <> ("teamId" IS NULL))
);
