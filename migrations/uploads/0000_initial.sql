CREATE TABLE `holds` (
	`key` text NOT NULL,
	`holder` text NOT NULL,
	`released` integer NOT NULL,
	PRIMARY KEY(`key`, `holder`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `waiting` (
	`key` text PRIMARY KEY NOT NULL,
	`due` integer NOT NULL
) STRICT, WITHOUT ROWID;
