CREATE TABLE "Workflow" (
    "id" UUID NOT NULL,
    "ownerId" UUID,
    "teamId" UUID,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "savedById" UUID,
    "hookHash" BYTEA,
    "nextAt" TIMESTAMPTZ(6),
    "events" TEXT[],
    "lastRun" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Workflow_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Workflow_belongs_check" CHECK (num_nonnulls("ownerId", "teamId") = 1),
    CONSTRAINT "Workflow_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "Workflow_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "Workflow_savedById_fkey" FOREIGN KEY ("savedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "Workflow_name_of_person" ON "Workflow"("ownerId", lower("name")) WHERE "ownerId" IS NOT NULL;
CREATE UNIQUE INDEX "Workflow_name_of_team" ON "Workflow"("teamId", lower("name")) WHERE "teamId" IS NOT NULL;
CREATE UNIQUE INDEX "Workflow_hookHash_key" ON "Workflow"("hookHash");
CREATE INDEX "Workflow_ownerId_idx" ON "Workflow"("ownerId");
CREATE INDEX "Workflow_teamId_idx" ON "Workflow"("teamId");
CREATE INDEX "Workflow_events_idx" ON "Workflow" USING GIN ("events");

CREATE TABLE "WorkflowVersion" (
    "workflowId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkflowVersion_pkey" PRIMARY KEY ("workflowId", "version"),
    CONSTRAINT "WorkflowVersion_workflowId_fkey" FOREIGN KEY ("workflowId") REFERENCES "Workflow"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE TABLE "WorkflowRun" (
    "id" UUID NOT NULL,
    "workflowId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "stopping" BOOLEAN NOT NULL DEFAULT false,
    "trigger" TEXT NOT NULL,
    "event" JSONB NOT NULL,
    "inputs" JSONB NOT NULL,
    "actorId" UUID,
    "group" TEXT,
    "cause" TEXT,
    "reason" TEXT,
    "rerunOf" INTEGER,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(6),
    "endedAt" TIMESTAMPTZ(6),

    CONSTRAINT "WorkflowRun_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "WorkflowRun_state_check" CHECK ("state" IN ('unapproved', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
    CONSTRAINT "WorkflowRun_workflowId_fkey" FOREIGN KEY ("workflowId") REFERENCES "Workflow"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "WorkflowRun_actorId_fkey" FOREIGN KEY ("actorId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "WorkflowRun_workflowId_number_key" ON "WorkflowRun"("workflowId", "number");
CREATE UNIQUE INDEX "WorkflowRun_workflowId_cause_key" ON "WorkflowRun"("workflowId", "cause");
CREATE INDEX "WorkflowRun_open" ON "WorkflowRun"("workflowId", "state") WHERE "endedAt" IS NULL;
CREATE INDEX "WorkflowRun_actorId" ON "WorkflowRun"("actorId") WHERE "actorId" IS NOT NULL;

CREATE TABLE "WorkflowJob" (
    "id" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "matrix" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "stopping" TEXT,
    "outputs" JSONB NOT NULL,
    "reason" TEXT,
    "startedAt" TIMESTAMPTZ(6),
    "endedAt" TIMESTAMPTZ(6),

    CONSTRAINT "WorkflowJob_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "WorkflowJob_state_check" CHECK ("state" IN ('pending', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
    CONSTRAINT "WorkflowJob_runId_fkey" FOREIGN KEY ("runId") REFERENCES "WorkflowRun"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "WorkflowJob_runId_name_index_key" ON "WorkflowJob"("runId", "name", "index");

CREATE TABLE "WorkflowStep" (
    "id" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "stopping" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "outputs" JSONB NOT NULL,
    "exitCode" INTEGER,
    "reason" TEXT,
    "progress" JSONB,
    "logBytes" INTEGER NOT NULL DEFAULT 0,
    "startedAt" TIMESTAMPTZ(6),
    "endedAt" TIMESTAMPTZ(6),

    CONSTRAINT "WorkflowStep_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "WorkflowStep_state_check" CHECK ("state" IN ('pending', 'queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'skipped')),
    CONSTRAINT "WorkflowStep_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "WorkflowJob"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "WorkflowStep_jobId_index_key" ON "WorkflowStep"("jobId", "index");

CREATE TABLE "WorkflowLog" (
    "stepId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "WorkflowLog_pkey" PRIMARY KEY ("stepId", "position"),
    CONSTRAINT "WorkflowLog_stepId_fkey" FOREIGN KEY ("stepId") REFERENCES "WorkflowStep"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE UNIQUE INDEX "WorkflowLog_sequence_key" ON "WorkflowLog"("sequence");
