ALTER TABLE `notifications` ADD `invitation` text;
