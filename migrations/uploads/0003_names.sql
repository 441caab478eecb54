ALTER TABLE `waiting` RENAME TO `removals`;--> statement-breakpoint
ALTER TABLE `holds` RENAME TO `object_references`;--> statement-breakpoint
ALTER TABLE `reserved` RENAME TO `reservations`;--> statement-breakpoint
ALTER TABLE `reservations` RENAME COLUMN `place` TO `room`;
