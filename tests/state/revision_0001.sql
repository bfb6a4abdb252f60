PRAGMA application_id = 1095124563;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE bases (
	pair VARCHAR NOT NULL, 
	whop_id VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	value VARCHAR, 
	whop VARCHAR, 
	affihub VARCHAR, 
	CONSTRAINT pk_bases PRIMARY KEY (pair, whop_id, field), 
	CONSTRAINT fk_bases_pair_whop_id_links FOREIGN KEY(pair, whop_id) REFERENCES links (pair, whop_id) ON DELETE CASCADE
);
INSERT INTO "bases" VALUES('main','aff_1','status','on','active','active');
INSERT INTO "bases" VALUES('main','aff_2','status','on','active','active');
CREATE TABLE email_readings (
	pair VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	emails VARCHAR NOT NULL, 
	read_at DATETIME NOT NULL, 
	CONSTRAINT pk_email_readings PRIMARY KEY (pair, user_id)
);
INSERT INTO "email_readings" VALUES('main','user_1','["maria1@example.com"]','2026-11-20 12:00:00.123456');
CREATE TABLE held_rows (
	pair VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	guard VARCHAR NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_held_rows PRIMARY KEY (pair, "key")
);
INSERT INTO "held_rows" VALUES('main','key-2','deactivate','2026-11-20 12:00:00.123456');
CREATE TABLE intents (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	run INTEGER NOT NULL, 
	pair VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	"row" VARCHAR NOT NULL, 
	off VARCHAR NOT NULL, 
	CONSTRAINT fk_intents_run_runs FOREIGN KEY(run) REFERENCES runs (number)
);
INSERT INTO "intents" VALUES(1,2,'main','2026-11-20 13:00:00.123456','{"key":"key-3","kind":"deactivate-partner","side":"affihub","person":"{\"name\":\"Mar\\u00eda\",\"email\":\"maria3@example.com\"}","whop_id":"aff_3","affihub_id":"par_3","field":"status","base":"active","before":"active","after":"deactivated","disposition":"apply","rule":"whop-moved","reason":"Whop archived this affiliate.","expect":"{\"whop_status\":\"archived\",\"affihub_status\":\"active\"}","guard":null,"outcome":null,"error":null}','["aff_5"]');
CREATE TABLE kept_apart (
	pair VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	affihub_id VARCHAR NOT NULL, 
	CONSTRAINT pk_kept_apart PRIMARY KEY (pair, user_id, affihub_id)
);
INSERT INTO "kept_apart" VALUES('main','user_9','par_9');
CREATE TABLE leases (
	pair VARCHAR NOT NULL, 
	token INTEGER NOT NULL, 
	holder VARCHAR, 
	taken_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (pair)
);
INSERT INTO "leases" VALUES('main',1,NULL,'2026-11-20 12:00:00.123456','2026-11-20 12:00:45.123456');
CREATE TABLE links (
	pair VARCHAR NOT NULL, 
	whop_id VARCHAR NOT NULL, 
	affihub_id VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	evidence VARCHAR NOT NULL, 
	acceptance VARCHAR NOT NULL, 
	activation_owed BOOLEAN NOT NULL, 
	CONSTRAINT pk_links PRIMARY KEY (pair, whop_id), 
	CONSTRAINT uq_links_pair_affihub_id UNIQUE (pair, affihub_id)
);
INSERT INTO "links" VALUES('main','aff_1','par_1','user_1','email','unseen',0);
INSERT INTO "links" VALUES('main','aff_2','par_2','user_2','email','unseen',0);
CREATE TABLE override_readings (
	pair VARCHAR NOT NULL, 
	whop_id VARCHAR NOT NULL, 
	overrides VARCHAR NOT NULL, 
	count INTEGER, 
	updated_at VARCHAR NOT NULL, 
	read_at DATETIME NOT NULL, 
	CONSTRAINT pk_override_readings PRIMARY KEY (pair, whop_id)
);
INSERT INTO "override_readings" VALUES('main','aff_1','[{"id":"ovr_1","override_type":"rev_share","commission_type":"percentage","commission_value":"12.50","plan_id":null,"product_id":null,"applies_to_payments":null,"revenue_basis":null}]',1,'','2026-11-20 12:00:00.123456');
CREATE TABLE pairs (
	pair VARCHAR NOT NULL, 
	company_id VARCHAR, 
	first_run_by VARCHAR, 
	first_run_at DATETIME, 
	CONSTRAINT pk_pairs PRIMARY KEY (pair)
);
INSERT INTO "pairs" VALUES('main','biz_1','ann','2026-11-20 12:00:00.123456');
CREATE TABLE parked_rows (
	pair VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	disposition VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_parked_rows PRIMARY KEY (pair, "key")
);
INSERT INTO "parked_rows" VALUES('main','key-8','break','read-back','Affihub kept 12.35.','2026-11-20 12:00:00.123456');
CREATE TABLE rows (
	number INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	pair VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	classes VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	side VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	whop_id VARCHAR, 
	affihub_id VARCHAR, 
	field VARCHAR NOT NULL, 
	base VARCHAR, 
	"before" VARCHAR, 
	"after" VARCHAR, 
	disposition VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	expect VARCHAR NOT NULL, 
	guard VARCHAR, 
	outcome VARCHAR, 
	error VARCHAR, 
	CONSTRAINT pk_rows PRIMARY KEY (number), 
	CONSTRAINT fk_rows_run_runs FOREIGN KEY(run) REFERENCES runs (number) ON DELETE CASCADE
);
INSERT INTO "rows" VALUES(1,1,'main','2026-11-20 12:00:00.123456','deactivate','key-1','deactivate-partner','affihub','{"name":"Mar\u00eda","email":"maria1@example.com"}','aff_1','par_1','status','active','active','deactivated','apply','whop-moved','Whop archived this affiliate.','{"whop_status":"archived","affihub_status":"active"}',NULL,'applied',NULL);
INSERT INTO "rows" VALUES(2,1,'main','2026-11-20 12:01:00.123456','deactivate','key-2','deactivate-partner','affihub','{"name":"Mar\u00eda","email":"maria2@example.com"}','aff_2','par_2','status','active','active','deactivated','held','whop-moved','Whop archived this affiliate.','{"whop_status":"archived","affihub_status":"active"}','deactivate',NULL,NULL);
CREATE TABLE runs (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR NOT NULL, 
	pair VARCHAR NOT NULL, 
	mode VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	config VARCHAR NOT NULL, 
	allowed VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	error VARCHAR, 
	program VARCHAR NOT NULL, 
	links INTEGER NOT NULL, 
	in_sync INTEGER NOT NULL, 
	unmatched_whop INTEGER NOT NULL, 
	unmatched_affihub INTEGER NOT NULL, 
	told VARCHAR NOT NULL, 
	CONSTRAINT uq_runs_id UNIQUE (id)
);
INSERT INTO "runs" VALUES(1,'run-1','main','apply','applied','2026-11-20 12:00:00.123456','2026-11-20 12:01:00.123456','sha256:0','[]','',NULL,'elsewhere:4711:place:1',2,1,1,0,'{"snapshots":{},"unmatched":{"whop":[{"person":{"name":"Ann"},"id":"aff_7","status":null,"reason":"no email","suggestion":null}],"affihub":[]},"guards":[],"requests":{},"notes":[]}');
INSERT INTO "runs" VALUES(2,'run-2','main','apply','running','2026-11-20 13:00:00.123456',NULL,'sha256:0','[]','',NULL,'elsewhere:4711:place:1',0,0,0,0,'{}');
CREATE INDEX ix_runs_pair_finished_at ON runs (pair, finished_at);
CREATE INDEX ix_rows_run_key ON rows (run, "key");
CREATE INDEX ix_rows_pair_whop_id ON rows (pair, whop_id);
CREATE INDEX ix_rows_pair_affihub_id ON rows (pair, affihub_id);
CREATE INDEX ix_rows_pair_outcome_at ON rows (pair, outcome, at);
CREATE INDEX ix_intents_run ON intents (run);
CREATE INDEX ix_intents_pair ON intents (pair);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',2);
INSERT INTO "sqlite_sequence" VALUES('intents',1);
COMMIT;
