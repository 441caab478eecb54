CREATE TABLE `spent` (
	`subject` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`occasion` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `notifications` ADD `occasion` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `settled` ADD `checked` integer DEFAULT 0 NOT NULL;