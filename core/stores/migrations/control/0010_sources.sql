CREATE TABLE `source` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`definition` text NOT NULL,
	`secret_names` text NOT NULL,
	`secrets` blob,
	`done_until` integer NOT NULL,
	`failures` integer NOT NULL,
	`retry_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `source_key_unique` ON `source` (`key`);--> statement-breakpoint
CREATE TABLE `source_file` (
	`source` text NOT NULL,
	`id` text NOT NULL,
	`mark` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`source`, `id`)
);
--> statement-breakpoint
CREATE TABLE `source_run` (
	`number` integer PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`reason` text NOT NULL,
	`state` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `source_run_source` ON `source_run` (`source`,`number`);