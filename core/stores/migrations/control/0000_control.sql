CREATE TABLE `data_key` (
	`dataset` text NOT NULL,
	`day` text NOT NULL,
	`wrapped` blob NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`dataset`, `day`)
);
--> statement-breakpoint
CREATE TABLE `dataset` (
	`slug` text PRIMARY KEY NOT NULL,
	`write_key` text NOT NULL,
	`address_secret` text NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dataset_write_key_unique` ON `dataset` (`write_key`);