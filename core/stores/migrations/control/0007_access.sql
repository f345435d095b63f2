CREATE TABLE `access_grant` (
	`user_id` text NOT NULL,
	`dataset` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`user_id`, `dataset`)
);
--> statement-breakpoint
CREATE TABLE `access_link` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `access_link_user` ON `access_link` (`user_id`);--> statement-breakpoint
CREATE TABLE `access_user` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`password_hash` text,
	`totp_secret` text,
	`totp_pending` text,
	`totp_step` integer,
	`oidc_subject` text,
	`created_at` integer NOT NULL,
	`last_sign_in_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_user_email_unique` ON `access_user` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `access_user_oidc_subject_unique` ON `access_user` (`oidc_subject`);--> statement-breakpoint
CREATE TABLE `api_key` (
	`id` text PRIMARY KEY NOT NULL,
	`key_hash` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`role` text NOT NULL,
	`dataset` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_key_key_hash_unique` ON `api_key` (`key_hash`);--> statement-breakpoint
CREATE TABLE `audit` (
	`number` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`address` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`detail` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `recovery_code` (
	`user_id` text NOT NULL,
	`code_hash` text NOT NULL,
	PRIMARY KEY(`user_id`, `code_hash`)
);
--> statement-breakpoint
CREATE TABLE `sign_in` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`address` text NOT NULL,
	`browser` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_token_hash_unique` ON `sign_in` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sign_in_user` ON `sign_in` (`user_id`);--> statement-breakpoint
CREATE TRIGGER `audit_never_changes` BEFORE UPDATE ON `audit` BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_never_shrinks` BEFORE DELETE ON `audit` BEGIN SELECT RAISE(ABORT, 'the audit trail never shrinks'); END;
