CREATE TABLE `storage` (
	`kind` text NOT NULL,
	`id` integer NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`kind`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `storage_by_bytes` ON `storage` (`kind`,`bytes`);
