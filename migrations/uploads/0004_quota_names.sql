ALTER TABLE `storage` RENAME COLUMN `told` TO `announced_level`;
--> statement-breakpoint
ALTER TABLE `storage` RENAME COLUMN `projected` TO `projected_bytes`;
