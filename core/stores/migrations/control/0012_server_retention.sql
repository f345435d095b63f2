CREATE TABLE `audit_trimmed` (
	`number` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `server_setting` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
DROP TRIGGER `audit_never_shrinks`;--> statement-breakpoint
CREATE TRIGGER `audit_never_shrinks` BEFORE DELETE ON `audit` WHEN OLD.number > coalesce((SELECT max(number) FROM `audit_trimmed`), 0) BEGIN SELECT RAISE(ABORT, 'the audit trail never shrinks'); END;--> statement-breakpoint
CREATE TRIGGER `audit_trimmed_never_changes` BEFORE UPDATE ON `audit_trimmed` BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;--> statement-breakpoint
CREATE TRIGGER `audit_trimmed_never_shrinks` BEFORE DELETE ON `audit_trimmed` BEGIN SELECT RAISE(ABORT, 'the audit trail never shrinks'); END;
