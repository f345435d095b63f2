/**
 * The icons, each its own small file of this origin. Both of Web Awesome's libraries are replaced: `default`
 * would load from another host, and `system` reads data: addresses, which the content security policy forbids.
 */
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import arrowDown from 'bootstrap-icons/icons/arrow-down-short.svg?url&no-inline';
import file from 'bootstrap-icons/icons/arrow-down-up.svg?url&no-inline';
import arrowUp from 'bootstrap-icons/icons/arrow-up-short.svg?url&no-inline';
import reports from 'bootstrap-icons/icons/bar-chart-line.svg?url&no-inline';
import alerts from 'bootstrap-icons/icons/bell.svg?url&no-inline';
import sources from 'bootstrap-icons/icons/box-arrow-in-down.svg?url&no-inline';
import live from 'bootstrap-icons/icons/broadcast.svg?url&no-inline';
import check from 'bootstrap-icons/icons/check-lg.svg?url&no-inline';
import chevronDown from 'bootstrap-icons/icons/chevron-down.svg?url&no-inline';
import chevronExpand from 'bootstrap-icons/icons/chevron-expand.svg?url&no-inline';
import chevronLeft from 'bootstrap-icons/icons/chevron-left.svg?url&no-inline';
import chevronRight from 'bootstrap-icons/icons/chevron-right.svg?url&no-inline';
import copy from 'bootstrap-icons/icons/copy.svg?url&no-inline';
import mail from 'bootstrap-icons/icons/envelope.svg?url&no-inline';
import warning from 'bootstrap-icons/icons/exclamation-triangle.svg?url&no-inline';
import settings from 'bootstrap-icons/icons/gear.svg?url&no-inline';
import health from 'bootstrap-icons/icons/heart-pulse.svg?url&no-inline';
import audit from 'bootstrap-icons/icons/journal-check.svg?url&no-inline';
import keys from 'bootstrap-icons/icons/key.svg?url&no-inline';
import events from 'bootstrap-icons/icons/lightning.svg?url&no-inline';
import menu from 'bootstrap-icons/icons/list.svg?url&no-inline';
import jobs from 'bootstrap-icons/icons/list-check.svg?url&no-inline';
import users from 'bootstrap-icons/icons/people.svg?url&no-inline';
import account from 'bootstrap-icons/icons/person.svg?url&no-inline';
import run from 'bootstrap-icons/icons/play-fill.svg?url&no-inline';
import plus from 'bootstrap-icons/icons/plus-lg.svg?url&no-inline';
import search from 'bootstrap-icons/icons/search.svg?url&no-inline';
import rules from 'bootstrap-icons/icons/stopwatch.svg?url&no-inline';
import definitions from 'bootstrap-icons/icons/tags.svg?url&no-inline';
import sql from 'bootstrap-icons/icons/terminal.svg?url&no-inline';
import close from 'bootstrap-icons/icons/x-lg.svg?url&no-inline';

const icons = new Map<string, string>(
  Object.entries({
    alerts,
    sources,
    account,
    audit,
    keys,
    users,
    'arrow-down': arrowDown,
    'arrow-up': arrowUp,
    check,
    'chevron-down': chevronDown,
    'chevron-expand': chevronExpand,
    'chevron-left': chevronLeft,
    'chevron-right': chevronRight,
    close,
    copy,
    definitions,
    events,
    file,
    health,
    jobs,
    live,
    mail,
    menu,
    plus,
    reports,
    rules,
    run,
    search,
    settings,
    sql,
    warning,
    xmark: close,
  }),
);

/** Puts both libraries in place. Call it before the first icon is drawn. */
export function registerIcons(): void {
  const library = { resolver: (name: string) => icons.get(name) ?? '' };
  registerIconLibrary('default', library);
  registerIconLibrary('system', library);
}
