CREATE TABLE `hit_total` (
	`dataset` text NOT NULL,
	`outcome` text NOT NULL,
	`imported` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`dataset`, `outcome`, `imported`)
);

--> statement-breakpoint
INSERT INTO hit_total (dataset, outcome, imported, count)
SELECT dataset, outcome, reason = 'import', sum(count) FROM hit_count GROUP BY 1, 2, 3;
--> statement-breakpoint
CREATE TRIGGER hit_count_added AFTER INSERT ON hit_count BEGIN
INSERT INTO hit_total (dataset, outcome, imported, count)
VALUES (new.dataset, new.outcome, new.reason = 'import', new.count)
ON CONFLICT (dataset, outcome, imported) DO UPDATE SET count = count + excluded.count;
END;
--> statement-breakpoint
CREATE TRIGGER hit_count_changed AFTER UPDATE OF count ON hit_count BEGIN
UPDATE hit_total SET count = count + new.count - old.count
WHERE dataset = new.dataset AND outcome = new.outcome AND imported = (new.reason = 'import');
END;
--> statement-breakpoint
CREATE TRIGGER hit_count_removed AFTER DELETE ON hit_count BEGIN
UPDATE hit_total SET count = count - old.count
WHERE dataset = old.dataset AND outcome = old.outcome AND imported = (old.reason = 'import');
END;
