-- What was stored of a text and turned out to be of no use: it is kept, and not read any more.
ALTER TABLE "DocumentUpdate" ADD "isUnusable" boolean NOT NULL DEFAULT false;
