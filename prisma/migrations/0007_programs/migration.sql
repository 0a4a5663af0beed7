-- Programs that wait for their person to type their code (RFC 8628).
CREATE TABLE "DeviceLogin" (
  "hash" bytea PRIMARY KEY,
  "userCode" text NOT NULL UNIQUE,
  "clientName" text NOT NULL,
  "address" text NOT NULL,
  "state" text NOT NULL DEFAULT 'pending' CHECK ("state" IN ('pending', 'approved', 'denied')),
  "sessionId" uuid REFERENCES "Session" ON DELETE CASCADE,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "expiresAt" timestamptz NOT NULL
);
CREATE INDEX "DeviceLogin_expiresAt" ON "DeviceLogin" ("expiresAt");
