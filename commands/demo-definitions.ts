/** What is defined in the demo, so that every report of it shows something. */
import { addDays, dayOf } from '../core/contract/calendar.ts';
import type { DefinitionDesk } from '../core/desks/definition-desk.ts';

/** What the demo's campaigns cost a day. */
const dailyCosts = { teapots: 38, 'gift-guide': 24.5 };

/** @param days how many days before `endMs` the traffic begins */
export async function defineDemo(
  desk: DefinitionDesk,
  slug: string,
  { endMs, days, timeZone }: { endMs: number; days: number; timeZone: string },
): Promise<void> {
  const bought = 'custom.name = "Purchase confirmed"';
  await desk.save(slug, 'label', { name: 'Buyers', condition: bought, colour: 2 });
  await desk.save(slug, 'label', {
    name: 'Mobile',
    condition: 'device.type = "mobile"',
    colour: 5,
  });
  await desk.save(slug, 'goal', {
    name: 'Order',
    condition: bought,
    revenue: { event: 'Purchase confirmed', property: 'value' },
  });
  await desk.save(slug, 'funnel', {
    name: 'Checkout',
    stages: [
      { name: 'Cart filled', condition: 'custom.name = "Added to cart"' },
      { name: 'Order placed', condition: bought },
    ],
  });
  await desk.save(slug, 'campaign', { name: 'Teapots', utm: { campaign: 'teapots' } });
  await desk.save(slug, 'campaign', { name: 'Gift guide', utm: { campaign: 'gift-guide' } });
  const lines = Array.from({ length: days }, (_, back) => {
    const day = addDays(dayOf(endMs, timeZone), -back);
    return Object.entries(dailyCosts).map(([campaign, cost]) => `${day},${campaign},${cost}`);
  });
  await desk.importCosts(slug, {
    layout: 'mapped',
    columns: { day: 'day', campaign: 'campaign', cost: 'cost' },
    currency: 'EUR',
    csv: ['day,campaign,cost', ...lines.flat()].join('\n'),
  });
}
