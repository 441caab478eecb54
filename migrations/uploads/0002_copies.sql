CREATE TABLE `reserved` (
	`key` text NOT NULL,
	`place` text NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`key`, `place`)
) STRICT, WITHOUT ROWID;
