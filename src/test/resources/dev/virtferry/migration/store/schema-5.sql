-- What the version with schema 5 wrote, by H2's own SCRIPT: a migration that ended and still owes its callback a message,
-- one on its way, whose replica died, and one that waits for a slot. Never changed.
CREATE CACHED TABLE "public"."flyway_schema_history"(
    "installed_rank" INTEGER NOT NULL,
    "version" CHARACTER VARYING(50),
    "description" CHARACTER VARYING(200) NOT NULL,
    "type" CHARACTER VARYING(20) NOT NULL,
    "script" CHARACTER VARYING(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" CHARACTER VARYING(100) NOT NULL,
    "installed_on" TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
);
ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "public"."flyway_schema_history_pk" PRIMARY KEY("installed_rank");
INSERT INTO "public"."flyway_schema_history" VALUES(-1, NULL, '<< Flyway Schema History table created >>', 'TABLE', '', NULL, '', TIMESTAMP '2026-11-29 11:17:15.973084', 0, TRUE);
INSERT INTO "public"."flyway_schema_history" VALUES(1, '1', 'migrations', 'SQL', 'V1__migrations.sql', -51178988, '', TIMESTAMP '2026-11-29 11:17:16.008949', 13, TRUE);
INSERT INTO "public"."flyway_schema_history" VALUES(2, '2', 'scheduler', 'SQL', 'V2__scheduler.sql', -1915916274, '', TIMESTAMP '2026-11-29 11:17:16.018571', 3, TRUE);
INSERT INTO "public"."flyway_schema_history" VALUES(3, '3', 'ends and keys', 'SQL', 'V3__ends_and_keys.sql', 2133441704, '', TIMESTAMP '2026-11-29 11:17:16.037372', 15, TRUE);
INSERT INTO "public"."flyway_schema_history" VALUES(4, '4', 'webhooks', 'SQL', 'V4__webhooks.sql', 209841890, '', TIMESTAMP '2026-11-29 11:17:16.043855', 2, TRUE);
INSERT INTO "public"."flyway_schema_history" VALUES(5, '5', 'access', 'SQL', 'V5__access.sql', 2097946864, '', TIMESTAMP '2026-11-29 11:17:16.061963', 14, TRUE);
CREATE INDEX "public"."flyway_schema_history_s_idx" ON "public"."flyway_schema_history"("success" NULLS LAST);
CREATE CACHED TABLE "public"."idempotency"(
    "caller" CHARACTER VARYING(255) NOT NULL,
    "client_key" CHARACTER VARYING(255) NOT NULL,
    "fingerprint" CHARACTER VARYING(64) NOT NULL,
    "migration_id" UUID NOT NULL,
    "created_at" TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
ALTER TABLE "public"."idempotency" ADD CONSTRAINT "public"."CONSTRAINT_21" PRIMARY KEY("caller", "client_key");
INSERT INTO "public"."idempotency" VALUES('token:test', '"move-web-01"', 'a79deb963d6f766e7deb0ac67ce03f6ca435b439e2a3d55acdc76e4457e2fdb1', UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.463+00');
INSERT INTO "public"."idempotency" VALUES('token:test', 'move-db-01', 'a00c8b24ea995f5d788f58cadcfc6e16592d38440f3100757fe9d0858edb4619', UUID '01a22706-1364-7690-9139-6cc1ea8796f8', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.334+00');
INSERT INTO "public"."idempotency" VALUES('token:test', 'move-app-01', '1f35b5a4acecb960daf509babed6859ae01c8fb556e12c8f3d59d1645247062b', UUID '01a22706-15d9-7b2c-a243-6d74bac58cfb', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.962+00');
CREATE INDEX "public"."idempotency_age" ON "public"."idempotency"("created_at" NULLS LAST);
CREATE INDEX "public"."idempotency_migration" ON "public"."idempotency"("migration_id" NULLS LAST);
CREATE CACHED TABLE "public"."webhook_delivery"(
    "id" UUID NOT NULL,
    "migration_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "state" CHARACTER VARYING(20) NOT NULL,
    "url" CHARACTER VARYING(2000) NOT NULL,
    "body" CHARACTER VARYING NOT NULL,
    "status" CHARACTER VARYING(20) NOT NULL,
    "created_at" TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    "attempts" INTEGER NOT NULL,
    "last_attempt_at" TIMESTAMP(6) WITH TIME ZONE,
    "response_status" INTEGER,
    "error" CHARACTER VARYING(1000),
    "next_attempt_at" TIMESTAMP(6) WITH TIME ZONE
);
ALTER TABLE "public"."webhook_delivery" ADD CONSTRAINT "public"."CONSTRAINT_E0" PRIMARY KEY("id");
INSERT INTO "public"."webhook_delivery" VALUES(UUID '01a22706-128c-7c95-95da-0e64a05fe084', UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', 8, 'SUCCEEDED', 'http://callbacks.test/ferry', '{"specversion":"1.0","id":"01a22706-128c-7c95-95da-0e64a05fe084","source":"/v1/migrations","type":"dev.virtferry.migration.succeeded","subject":"01a22706-0fd9-7425-b455-a63cba5d2fd4","time":"2026-11-29T11:17:19.116Z","sequence":"0000000008","datacontenttype":"application/json","data":{"id":"01a22706-0fd9-7425-b455-a63cba5d2fd4","version":8,"domain":{"name":"web-01","uuid":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a01"},"source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system","state":"SUCCEEDED","phase":"STORAGE","domainLocation":"DESTINATION","cancelRequested":false,"completion":null,"progress":{"percent":100,"bytesTotal":201326592,"bytesDone":201326592,"bytesMoved":134217728,"bytesPerSecond":0,"averageBytesPerSecond":33554432,"etaSeconds":null,"stalled":null,"verification":null,"memory":{"bytesTotal":134217728,"bytesDone":134217728,"bytesRemaining":0,"iteration":0,"dirtyBytesPerSecond":0},"expectedDowntimeMillis":null,"downtimeMillis":120},"disks":[{"target":"vda","state":"DONE","bytesTotal":67108864,"bytesDone":67108864}],"parameters":[{"name":"migrate_disks","type":"string","value":"vda"},{"name":"bandwidth","type":"ullong","value":200}],"flags":["LIVE","PEER2PEER","PERSIST_DEST","UNDEFINE_SOURCE","NON_SHARED_DISK"],"options":{"bandwidthMiBps":200,"bandwidthPostCopyMiBps":null,"maxDowntimeMillis":null,"autoConverge":null,"postCopy":false,"parallelConnections":null,"compression":null,"zeroCopy":false,"tls":false,"tlsDestination":null,"destinationName":null,"persist":true,"undefineSource":true,"startPaused":false,"abortOnIoError":false,"listenAddress":null,"disksPort":null,"sourceVolumes":"KEEP","verifyBacking":"SIZE","synchronousWrites":false,"detectZeroes":false,"guardedSwitchover":false,"timeout":null},"tuning":null,"priority":5,"callbackUrl":"http://callbacks.test/ferry","cleanup":[{"volume":"/srv/web-01-vda.raw","host":"kvm-b","target":"vda","pool":"images","state":"KEPT","reason":null}],"attention":null,"createdAt":"2026-11-29T11:17:18.425Z","startedAt":"2026-11-29T11:17:18.609Z","endedAt":"2026-11-29T11:17:19.114Z","phases":[{"phase":"STORAGE","startedAt":"2026-11-29T11:17:18.609Z","endedAt":"2026-11-29T11:17:19.114Z"}],"error":null}}', 'PENDING', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.116+00', 1, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.14+00', 503, 'The receiver answered 503.', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:24.14+00');
CREATE INDEX "public"."webhook_delivery_of" ON "public"."webhook_delivery"("migration_id" NULLS LAST, "version" NULLS LAST);
CREATE CACHED TABLE "public"."migration_progress"(
    "migration_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "document" CHARACTER VARYING NOT NULL
);
ALTER TABLE "public"."migration_progress" ADD CONSTRAINT "public"."CONSTRAINT_A" PRIMARY KEY("migration_id");
INSERT INTO "public"."migration_progress" VALUES(UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', 14, '{"revision":1,"percent":33,"bytesTotal":201326592,"bytesDone":67108864,"flow":{"bytesMoved":134217728,"bytesPerSecond":0,"averageBytesPerSecond":33554432},"etaSeconds":1,"stalled":null,"memory":{"bytesTotal":134217728,"bytesDone":0,"bytesRemaining":134217728,"iteration":0,"dirtyBytesPerSecond":0},"expectedDowntimeMillis":null,"downtimeMillis":120,"verification":null,"disks":[{"target":"vda","state":"READY","bytesTotal":67108864,"bytesDone":67108864}]}');
INSERT INTO "public"."migration_progress" VALUES(UUID '01a22706-1364-7690-9139-6cc1ea8796f8', 81, '{"revision":1,"percent":8,"bytesTotal":201326592,"bytesDone":16777216,"flow":{"bytesMoved":16777216,"bytesPerSecond":636043,"averageBytesPerSecond":143395009},"etaSeconds":290,"stalled":null,"memory":{"bytesTotal":134217728,"bytesDone":0,"bytesRemaining":134217728,"iteration":0,"dirtyBytesPerSecond":0},"expectedDowntimeMillis":null,"downtimeMillis":null,"verification":null,"disks":[{"target":"vda","state":"COPYING","bytesTotal":67108864,"bytesDone":16777216}]}');
INSERT INTO "public"."migration_progress" VALUES(UUID '01a22706-15d9-7b2c-a243-6d74bac58cfb', 1, '{"revision":1,"percent":0,"bytesTotal":201326592,"bytesDone":0,"flow":{"bytesMoved":0,"bytesPerSecond":0,"averageBytesPerSecond":0},"etaSeconds":null,"stalled":null,"memory":{"bytesTotal":134217728,"bytesDone":0,"bytesRemaining":134217728,"iteration":0,"dirtyBytesPerSecond":0},"expectedDowntimeMillis":null,"downtimeMillis":null,"verification":null,"disks":[{"target":"vda","state":"PENDING","bytesTotal":67108864,"bytesDone":0}]}');
CREATE CACHED TABLE "public"."migration_history"(
    "id" BIGINT GENERATED BY DEFAULT AS IDENTITY(START WITH 1 RESTART WITH 10) NOT NULL,
    "migration_id" UUID NOT NULL,
    "at" TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    "from_state" CHARACTER VARYING(20),
    "to_state" CHARACTER VARYING(20) NOT NULL,
    "cause" CHARACTER VARYING(1000) NOT NULL,
    "replica" CHARACTER VARYING(255) NOT NULL
);
ALTER TABLE "public"."migration_history" ADD CONSTRAINT "public"."CONSTRAINT_E" PRIMARY KEY("id");
INSERT INTO "public"."migration_history" VALUES(1, UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.463+00', NULL, 'QUEUED', 'accepted', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(2, UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.567+00', 'QUEUED', 'PREPARING', 'a slot is free', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(3, UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.611+00', 'PREPARING', 'MIGRATING', 'both hosts are ready', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(4, UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.103+00', 'MIGRATING', 'FINISHING', 'the destination has the domain', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(5, UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.115+00', 'FINISHING', 'SUCCEEDED', 'both hosts were read', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(6, UUID '01a22706-1364-7690-9139-6cc1ea8796f8', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.334+00', NULL, 'QUEUED', 'accepted', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(7, UUID '01a22706-1364-7690-9139-6cc1ea8796f8', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.344+00', 'QUEUED', 'PREPARING', 'a slot is free', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(8, UUID '01a22706-1364-7690-9139-6cc1ea8796f8', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.356+00', 'PREPARING', 'MIGRATING', 'both hosts are ready', 'replica-1');
INSERT INTO "public"."migration_history" VALUES(9, UUID '01a22706-15d9-7b2c-a243-6d74bac58cfb', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.963+00', NULL, 'QUEUED', 'accepted', 'replica-1');
CREATE INDEX "public"."migration_history_of" ON "public"."migration_history"("migration_id" NULLS LAST, "id" NULLS LAST);
CREATE CACHED TABLE "public"."admission"(
    "id" SMALLINT NOT NULL
);
ALTER TABLE "public"."admission" ADD CONSTRAINT "public"."CONSTRAINT_1" PRIMARY KEY("id");
INSERT INTO "public"."admission" VALUES(1);
CREATE CACHED TABLE "public"."scheduled_tasks"(
    "task_name" CHARACTER VARYING(100) NOT NULL,
    "task_instance" CHARACTER VARYING(100) NOT NULL,
    "task_data" BINARY VARYING,
    "execution_time" TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    "picked" BOOLEAN NOT NULL,
    "picked_by" CHARACTER VARYING(255),
    "last_success" TIMESTAMP(6) WITH TIME ZONE,
    "last_failure" TIMESTAMP(6) WITH TIME ZONE,
    "consecutive_failures" INTEGER,
    "last_heartbeat" TIMESTAMP(6) WITH TIME ZONE,
    "version" BIGINT NOT NULL,
    "priority" SMALLINT
);
ALTER TABLE "public"."scheduled_tasks" ADD CONSTRAINT "public"."CONSTRAINT_4" PRIMARY KEY("task_name", "task_instance");
INSERT INTO "public"."scheduled_tasks" VALUES('retention', 'recurring', NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 12:17:17.589073+00', FALSE, NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:17.589073+00', NULL, 0, NULL, 3, NULL);
INSERT INTO "public"."scheduled_tasks" VALUES('webhook', '01a22706-128c-7c95-95da-0e64a05fe084', NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:24.14+00', FALSE, NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.14401+00', NULL, 0, NULL, 3, NULL);
INSERT INTO "public"."scheduled_tasks" VALUES('migration', '01a22706-1364-7690-9139-6cc1ea8796f8', NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.335+00', TRUE, 'replica-1', NULL, NULL, NULL, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:20.561896+00', 2, NULL);
CREATE INDEX "public"."scheduled_tasks_due" ON "public"."scheduled_tasks"("execution_time" NULLS LAST);
CREATE INDEX "public"."scheduled_tasks_heartbeat" ON "public"."scheduled_tasks"("last_heartbeat" NULLS LAST);
CREATE CACHED TABLE "public"."audit"(
    "id" UUID NOT NULL,
    "at" TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    "caller" CHARACTER VARYING(255) NOT NULL,
    "address" CHARACTER VARYING(64) NOT NULL,
    "action" CHARACTER VARYING(300) NOT NULL,
    "domain" CHARACTER VARYING(255),
    "migration_id" UUID,
    "status" INTEGER NOT NULL,
    "problem" CHARACTER VARYING(64),
    "request_id" CHARACTER VARYING(64) NOT NULL
);
ALTER TABLE "public"."audit" ADD CONSTRAINT "public"."CONSTRAINT_5" PRIMARY KEY("id");
INSERT INTO "public"."audit" VALUES(UUID '01a22706-1045-7454-8223-73915340f27e', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.533+00', 'token:test', '127.0.0.1', 'POST /v1/migrations', 'web-01', UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', 202, NULL, '01a22706-0f2e-7316-9f9e-135d29cae897');
INSERT INTO "public"."audit" VALUES(UUID '01a22706-1372-73c6-b8c8-42fd9aa6246d', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.346+00', 'token:test', '127.0.0.1', 'POST /v1/migrations', 'db-01', UUID '01a22706-1364-7690-9139-6cc1ea8796f8', 202, NULL, '01a22706-1356-789e-a25b-c2df383389f7');
INSERT INTO "public"."audit" VALUES(UUID '01a22706-15e3-7f1d-9748-a874bc6e0293', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.972+00', 'token:test', '127.0.0.1', 'POST /v1/migrations', 'app-01', UUID '01a22706-15d9-7b2c-a243-6d74bac58cfb', 202, NULL, '01a22706-15d1-7424-82ad-4bb0f855dc84');
CREATE INDEX "public"."audit_at" ON "public"."audit"("at" NULLS LAST);
CREATE INDEX "public"."audit_migration" ON "public"."audit"("migration_id" NULLS LAST, "id" NULLS LAST);
CREATE INDEX "public"."audit_caller" ON "public"."audit"("caller" NULLS LAST, "id" NULLS LAST);
CREATE CACHED TABLE "public"."migration"(
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "state" CHARACTER VARYING(20) NOT NULL,
    "domain_name" CHARACTER VARYING(255) NOT NULL,
    "domain_uuid" UUID NOT NULL,
    "active_domain" UUID,
    "source" CHARACTER VARYING(255) NOT NULL,
    "destination" CHARACTER VARYING(255) NOT NULL,
    "priority" SMALLINT NOT NULL,
    "admitted" BOOLEAN NOT NULL,
    "created_at" TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    "document" CHARACTER VARYING NOT NULL,
    "ended_at" TIMESTAMP(6) WITH TIME ZONE,
    "caller" CHARACTER VARYING(255)
);
ALTER TABLE "public"."migration" ADD CONSTRAINT "public"."CONSTRAINT_C" PRIMARY KEY("id");
INSERT INTO "public"."migration" VALUES(UUID '01a22706-0fd9-7425-b455-a63cba5d2fd4', 8, 1, 'SUCCEEDED', 'web-01', UUID '5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a01', NULL, 'kvm-a', 'kvm-b', 5, TRUE, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:18.425+00', '{"id":"01a22706-0fd9-7425-b455-a63cba5d2fd4","version":8,"order":{"guest":{"name":"web-01","uuid":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a01","memoryBytes":134217728,"persistent":true,"autostart":false,"paused":false},"source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system","disks":[{"target":"vda","action":"CREATE","path":"/srv/web-01-vda.raw","moved":false,"capacityBytes":67108864,"bytesToCopy":67108864,"volume":{"pool":"images","name":"web-01-vda.raw","format":"raw","capacityBytes":67108864,"layout":null,"permissions":null,"backing":null},"poolFreeBytes":1073741824,"backing":[],"original":null}],"copy":"FULL","volumes":{},"unmapping":[],"options":{"bandwidthMiBps":200,"bandwidthPostCopyMiBps":null,"maxDowntimeMillis":null,"autoConverge":null,"postCopy":false,"parallelConnections":null,"compression":null,"zeroCopy":false,"tls":false,"tlsDestination":null,"destinationName":null,"persist":true,"undefineSource":true,"startPaused":false,"abortOnIoError":false,"listenAddress":null,"disksPort":null,"sourceVolumes":"KEEP","verifyBacking":"SIZE","synchronousWrites":false,"detectZeroes":false,"guardedSwitchover":false,"timeout":null},"priority":5,"callbackUrl":"http://callbacks.test/ferry"},"call":{"domain":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a01","destination":"qemu+tls://kvm-b/system","parameters":[{"name":"migrate_disks","type":"string","value":"vda"},{"name":"bandwidth","type":"ullong","value":"200"}],"flags":["LIVE","PEER2PEER","PERSIST_DEST","UNDEFINE_SOURCE","NON_SHARED_DISK"]},"standing":{"state":"SUCCEEDED","phase":"STORAGE","location":"DESTINATION","cancelRequested":false,"suspended":false,"wishes":{"completion":null,"resumption":false},"tuning":null,"attention":null,"failure":null},"timeline":{"createdAt":"2026-11-29T11:17:18.425Z","startedAt":"2026-11-29T11:17:18.609Z","endedAt":"2026-11-29T11:17:19.114Z","phases":[{"phase":"STORAGE","startedAt":"2026-11-29T11:17:18.609Z","endedAt":"2026-11-29T11:17:19.114Z"}]},"volumes":[{"host":"kvm-b","target":"vda","pool":"images","name":"web-01-vda.raw","path":"/srv/web-01-vda.raw","bornBytes":177717248,"state":"KEPT","reason":null}]}', TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.114+00', 'token:test');
INSERT INTO "public"."migration" VALUES(UUID '01a22706-1364-7690-9139-6cc1ea8796f8', 5, 1, 'MIGRATING', 'db-01', UUID '5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a02', UUID '5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a02', 'kvm-a', 'kvm-b', 5, TRUE, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.332+00', '{"id":"01a22706-1364-7690-9139-6cc1ea8796f8","version":5,"order":{"guest":{"name":"db-01","uuid":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a02","memoryBytes":134217728,"persistent":true,"autostart":false,"paused":false},"source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system","disks":[{"target":"vda","action":"CREATE","path":"/srv/db-01-vda.raw","moved":false,"capacityBytes":67108864,"bytesToCopy":67108864,"volume":{"pool":"images","name":"db-01-vda.raw","format":"raw","capacityBytes":67108864,"layout":null,"permissions":null,"backing":null},"poolFreeBytes":1073741824,"backing":[],"original":null}],"copy":"FULL","volumes":{},"unmapping":[],"options":{"bandwidthMiBps":null,"bandwidthPostCopyMiBps":null,"maxDowntimeMillis":null,"autoConverge":null,"postCopy":false,"parallelConnections":null,"compression":null,"zeroCopy":false,"tls":false,"tlsDestination":null,"destinationName":null,"persist":true,"undefineSource":true,"startPaused":false,"abortOnIoError":false,"listenAddress":null,"disksPort":null,"sourceVolumes":"KEEP","verifyBacking":"SIZE","synchronousWrites":false,"detectZeroes":false,"guardedSwitchover":false,"timeout":null},"priority":5,"callbackUrl":null},"call":{"domain":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a02","destination":"qemu+tls://kvm-b/system","parameters":[{"name":"migrate_disks","type":"string","value":"vda"}],"flags":["LIVE","PEER2PEER","PERSIST_DEST","UNDEFINE_SOURCE","NON_SHARED_DISK"]},"standing":{"state":"MIGRATING","phase":"STORAGE","location":"SOURCE","cancelRequested":false,"suspended":false,"wishes":{"completion":null,"resumption":false},"tuning":null,"attention":null,"failure":null},"timeline":{"createdAt":"2026-11-29T11:17:19.332Z","startedAt":"2026-11-29T11:17:19.355Z","endedAt":null,"phases":[{"phase":"STORAGE","startedAt":"2026-11-29T11:17:19.355Z","endedAt":null}]},"volumes":[{"host":"kvm-b","target":"vda","pool":"images","name":"db-01-vda.raw","path":"/srv/db-01-vda.raw","bornBytes":307567616,"state":"MADE","reason":null}]}', NULL, 'token:test');
INSERT INTO "public"."migration" VALUES(UUID '01a22706-15d9-7b2c-a243-6d74bac58cfb', 1, 0, 'QUEUED', 'app-01', UUID '5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a03', UUID '5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a03', 'kvm-a', 'kvm-b', 7, FALSE, TIMESTAMP WITH TIME ZONE '2026-11-29 11:17:19.961+00', '{"id":"01a22706-15d9-7b2c-a243-6d74bac58cfb","version":1,"order":{"guest":{"name":"app-01","uuid":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a03","memoryBytes":134217728,"persistent":true,"autostart":false,"paused":false},"source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system","disks":[{"target":"vda","action":"CREATE","path":"/srv/app-01-vda.raw","moved":false,"capacityBytes":67108864,"bytesToCopy":67108864,"volume":{"pool":"images","name":"app-01-vda.raw","format":"raw","capacityBytes":67108864,"layout":null,"permissions":null,"backing":null},"poolFreeBytes":1073741824,"backing":[],"original":null}],"copy":"FULL","volumes":{},"unmapping":[],"options":{"bandwidthMiBps":null,"bandwidthPostCopyMiBps":null,"maxDowntimeMillis":300,"autoConverge":null,"postCopy":false,"parallelConnections":null,"compression":null,"zeroCopy":false,"tls":false,"tlsDestination":null,"destinationName":null,"persist":true,"undefineSource":true,"startPaused":false,"abortOnIoError":false,"listenAddress":null,"disksPort":null,"sourceVolumes":"KEEP","verifyBacking":"SIZE","synchronousWrites":false,"detectZeroes":false,"guardedSwitchover":false,"timeout":null},"priority":7,"callbackUrl":null},"call":{"domain":"5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a03","destination":"qemu+tls://kvm-b/system","parameters":[{"name":"migrate_disks","type":"string","value":"vda"}],"flags":["LIVE","PEER2PEER","PERSIST_DEST","UNDEFINE_SOURCE","NON_SHARED_DISK"]},"standing":{"state":"QUEUED","phase":null,"location":"SOURCE","cancelRequested":false,"suspended":false,"wishes":{"completion":null,"resumption":false},"tuning":null,"attention":null,"failure":null},"timeline":{"createdAt":"2026-11-29T11:17:19.961Z","startedAt":null,"endedAt":null,"phases":[]},"volumes":[]}', NULL, 'token:test');
CREATE INDEX "public"."migration_newest" ON "public"."migration"("created_at" DESC NULLS FIRST, "id" DESC NULLS FIRST);
CREATE INDEX "public"."migration_state_newest" ON "public"."migration"("state" NULLS LAST, "created_at" DESC NULLS FIRST, "id" DESC NULLS FIRST);
CREATE INDEX "public"."migration_domain_name" ON "public"."migration"("domain_name" NULLS LAST, "created_at" DESC NULLS FIRST);
CREATE INDEX "public"."migration_domain_uuid" ON "public"."migration"("domain_uuid" NULLS LAST, "created_at" DESC NULLS FIRST);
CREATE INDEX "public"."migration_ended" ON "public"."migration"("state" NULLS LAST, "ended_at" NULLS LAST);
CREATE INDEX "public"."migration_caller" ON "public"."migration"("caller" NULLS LAST, "state" NULLS LAST);
ALTER TABLE "public"."migration" ADD CONSTRAINT "public"."migration_active_domain" UNIQUE NULLS DISTINCT ("active_domain");
ALTER TABLE "public"."idempotency" ADD CONSTRAINT "public"."CONSTRAINT_2" FOREIGN KEY("migration_id") REFERENCES "public"."migration"("id") ON DELETE CASCADE NOCHECK;
ALTER TABLE "public"."webhook_delivery" ADD CONSTRAINT "public"."CONSTRAINT_E0D" FOREIGN KEY("migration_id") REFERENCES "public"."migration"("id") ON DELETE CASCADE NOCHECK;
ALTER TABLE "public"."migration_history" ADD CONSTRAINT "public"."CONSTRAINT_EC" FOREIGN KEY("migration_id") REFERENCES "public"."migration"("id") ON DELETE CASCADE NOCHECK;
ALTER TABLE "public"."migration_progress" ADD CONSTRAINT "public"."CONSTRAINT_AD" FOREIGN KEY("migration_id") REFERENCES "public"."migration"("id") ON DELETE CASCADE NOCHECK;
