/** Requests: all that the server was asked for, pages, files and the rest, and how much it sent. */
import { type BuiltInReport, byDay, table } from './panels.ts';

/** What the tracker sends of its own is no request to the server. */
const isRequest = 'hit.type in ("page_view", "request") and response.status exists';

/** Endings of files that pages load. */
const endings =
  'css|js|mjs|map|json|xml|txt|ico|png|jpe?g|gif|svg|webp|avif|bmp|woff2?|ttf|otf|eot|mp3|mp4|webm|ogg|pdf|zip|gz';

const isFile = `${isRequest} and request.path matches "\\\\.(${endings})$"`;

export const requests: BuiltInReport = {
  name: 'requests',
  title: 'Requests',
  group: 'Content',
  description:
    'All that servers were asked for, files included, and how much they sent: of logs, and where the edge captures it.',
  panels: [
    {
      name: 'totals',
      title: 'Totals',
      description: 'Requests of which it is known how they were answered.',
      kind: 'figures',
      query: {
        metrics: ['hits', 'transferred', 'errors', 'response_time'],
        hitCondition: isRequest,
      },
    },
    byDay(['hits', 'transferred', 'errors'], { hitCondition: isRequest }),
    table(
      {
        name: 'paths',
        title: 'Paths',
        description: 'What was asked for most, whatever it is.',
      },
      {
        dimensions: ['path'],
        metrics: ['hits', 'visitors', 'transferred', 'errors'],
        hitCondition: isRequest,
        limit: 50,
      },
    ),
    table(
      {
        name: 'largest',
        title: 'Most transferred',
        description: 'The paths by which most was sent.',
      },
      {
        dimensions: ['path'],
        metrics: ['transferred', 'hits', 'visitors'],
        hitCondition: isRequest,
      },
    ),
    table(
      {
        name: 'files',
        title: 'Files',
        description: 'Styles, scripts, images, fonts and the like, by their ending.',
      },
      {
        dimensions: ['path'],
        metrics: ['hits', 'visitors', 'transferred', 'errors'],
        hitCondition: isFile,
      },
    ),
    table(
      { name: 'hosts', title: 'Hosts', description: 'By host, where the log has it.' },
      {
        dimensions: ['host'],
        metrics: ['hits', 'visitors', 'transferred', 'errors'],
        hitCondition: isRequest,
      },
    ),
    table(
      {
        name: 'methods',
        title: 'Methods',
        description: 'By HTTP method and by how it was answered.',
      },
      {
        dimensions: ['method', 'status'],
        metrics: ['hits', 'visitors', 'transferred'],
        hitCondition: isRequest,
        limit: 50,
      },
    ),
  ],
};
