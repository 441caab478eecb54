DROP INDEX `registrations_by_attempt`;--> statement-breakpoint
CREATE INDEX `registrations_by_asker` ON `registrations` (`address`,`asker`);--> statement-breakpoint
ALTER TABLE `recovery_codes` ADD `reserves` integer DEFAULT 0 NOT NULL;
