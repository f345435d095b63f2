CREATE TABLE `erasure` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`dataset` text NOT NULL,
	`state` text NOT NULL,
	`report` text,
	`reason` text,
	`requested_at` integer NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erasure_dataset` ON `erasure` (`dataset`,`number`);