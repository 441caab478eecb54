ALTER TABLE `notifications` RENAME COLUMN `above` TO `counts_after`;--> statement-breakpoint
ALTER TABLE `notifications` RENAME COLUMN `known_at` TO `as_of`;--> statement-breakpoint
ALTER TABLE `notifications` RENAME COLUMN `occasion` TO `subject_version`;--> statement-breakpoint
ALTER TABLE `settled` RENAME TO `dismissed`;--> statement-breakpoint
ALTER TABLE `dismissed` RENAME COLUMN `up_to` TO `dismissed_to`;--> statement-breakpoint
ALTER TABLE `dismissed` RENAME COLUMN `checked` TO `quotes_as_of`;--> statement-breakpoint
ALTER TABLE `spent` RENAME TO `spent_subjects`;--> statement-breakpoint
ALTER TABLE `spent_subjects` RENAME COLUMN `at` TO `spent_at`;--> statement-breakpoint
ALTER TABLE `spent_subjects` RENAME COLUMN `occasion` TO `up_to_version`;
