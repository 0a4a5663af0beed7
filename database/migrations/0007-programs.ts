import { sql } from 'kysely'
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Programs that wait for their person to type their code (RFC 8628).
  await sql`
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
  `.execute(db)
}
