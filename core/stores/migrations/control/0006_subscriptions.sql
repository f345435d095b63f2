CREATE TABLE `digest_delivery` (
	`id` text PRIMARY KEY NOT NULL,
	`edition` text NOT NULL,
	`subscription` text NOT NULL,
	`recipient` text NOT NULL,
	`reason` text NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `digest_delivery_by_subscription` ON `digest_delivery` (`subscription`,`due_at`);--> statement-breakpoint
CREATE TABLE `digest_edition` (
	`id` text PRIMARY KEY NOT NULL,
	`subscription` text NOT NULL,
	`due_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`mail` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `subscription` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`definition` text NOT NULL,
	`secret` text NOT NULL,
	`done_until` integer NOT NULL,
	`last_due_at` integer,
	`last_outcome` text,
	`held_reason` text,
	`tries` integer NOT NULL,
	`retry_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscription_key_unique` ON `subscription` (`key`);--> statement-breakpoint
CREATE TABLE `unsubscription` (
	`subscription` text NOT NULL,
	`recipient` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`subscription`, `recipient`)
);
