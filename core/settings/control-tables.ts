/**
 * The tables of `control.db`: what is configured, who may do it, and the wrapped keys that open the canisters. This file
 * is what migrations are generated from; each table stands beside those that it is used with.
 */

export * from './control-tables/access-tables.ts';
export * from './control-tables/alert-tables.ts';
export * from './control-tables/dataset-tables.ts';
export * from './control-tables/definition-tables.ts';
export * from './control-tables/event-tables.ts';
export * from './control-tables/source-tables.ts';
export * from './control-tables/subscription-tables.ts';
