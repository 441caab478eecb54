ALTER TABLE `known_askers` RENAME TO `known_devices`;--> statement-breakpoint
ALTER TABLE `known_devices` RENAME COLUMN `asker` TO `device_id`;--> statement-breakpoint
ALTER TABLE `sessions` RENAME COLUMN `asker` TO `device_id`;--> statement-breakpoint
ALTER TABLE `sessions` RENAME COLUMN `device` TO `user_agent`;--> statement-breakpoint
ALTER TABLE `mailed_codes` RENAME COLUMN `asker` TO `device_id`;--> statement-breakpoint
ALTER TABLE `address_changes` RENAME COLUMN `asker` TO `device_id`;--> statement-breakpoint
ALTER TABLE `recovery_codes` RENAME COLUMN `restores` TO `restores_address`;--> statement-breakpoint
ALTER TABLE `recovery_codes` RENAME COLUMN `reserves` TO `reserves_address`;--> statement-breakpoint
DROP INDEX `registrations_by_asker`;--> statement-breakpoint
ALTER TABLE `registrations` RENAME COLUMN `asker` TO `device_id`;--> statement-breakpoint
CREATE INDEX `registrations_by_device` ON `registrations` (`address`,`device_id`);--> statement-breakpoint
DROP INDEX `tries_by_until`;--> statement-breakpoint
ALTER TABLE `tries` RENAME TO `attempts`;--> statement-breakpoint
CREATE INDEX `attempts_by_until` ON `attempts` (`until`);--> statement-breakpoint
ALTER TABLE `blocks` RENAME COLUMN `shown` TO `profile_snapshot`;--> statement-breakpoint
ALTER TABLE `notices` RENAME TO `outbox`;--> statement-breakpoint
ALTER TABLE `outbox` RENAME COLUMN `made_at` TO `created_at`;--> statement-breakpoint
DROP INDEX `username_looks_by_user`;--> statement-breakpoint
DROP INDEX `username_looks_resting`;--> statement-breakpoint
ALTER TABLE `username_looks` RENAME TO `username_skeletons`;--> statement-breakpoint
ALTER TABLE `username_skeletons` RENAME COLUMN `look` TO `skeleton_hash`;--> statement-breakpoint
CREATE INDEX `username_skeletons_by_user` ON `username_skeletons` (`user_id`);--> statement-breakpoint
CREATE INDEX `username_skeletons_resting` ON `username_skeletons` (`free_at`) WHERE "username_skeletons"."free_at" IS NOT NULL;--> statement-breakpoint
DROP TABLE `codes`;--> statement-breakpoint
DROP INDEX `users_by_pending_email`;--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `pending_email`;
