/** Tells zod not to make functions of texts: the policy of the console forbids it, and each try would be reported. */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
