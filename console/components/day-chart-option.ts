/** Turns answers by day into what ECharts draws. Pure: colours and answers in, option out. */
import type { Answer } from '../../core/contract/query.ts';
import { metricIndex, numberAt } from './answer.ts';
import { formatCompact, formatCount } from './number-format.ts';
import { formatDay, formatDayShort } from './time-format.ts';

export interface ChartColours {
  sessions: string;
  pageViews: string;
  before: string;
  ink: string;
  inkQuiet: string;
  line: string;
  ground: string;
  font: string;
}

export interface DayChartInput {
  answer: Answer;
  comparison: Answer | undefined;
  /** The day that is not over, `YYYY-MM-DD`: its bar is pale and the line to it dashed. */
  today: string;
  colours: ChartColours;
  animate: boolean;
}

const cells = (answer: Answer, metric: 'sessions' | 'page_views') => {
  const index = metricIndex(answer, metric);
  return answer.rows.map((row) => numberAt(row, index) ?? 0);
};

export function dayChartOption(input: DayChartInput) {
  const { answer, comparison, today, colours, animate } = input;
  const days = answer.rows.map((row) => String(row[0]));
  const text = { color: colours.inkQuiet, fontFamily: colours.font, fontSize: 11 };
  const views = cells(answer, 'page_views');
  const before = comparison && {
    name: 'Sessions, previous period',
    type: 'line' as const,
    // The previous period is laid day by day under this one, however long either is.
    data: cells(comparison, 'sessions').slice(0, days.length),
    symbol: 'none',
    lineStyle: { color: colours.before, width: 1.5, type: 'dotted' as const },
    itemStyle: { color: colours.before },
    z: 4,
  };
  return {
    animation: animate,
    animationDuration: 240,
    textStyle: { fontFamily: colours.font },
    grid: { left: 4, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same' as const },
    tooltip: {
      trigger: 'axis' as const,
      backgroundColor: colours.ground,
      borderColor: colours.line,
      borderWidth: 1,
      padding: [8, 12],
      extraCssText: 'box-shadow: none; border-radius: 4px; font-feature-settings: "tnum"',
      textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 },
      axisPointer: { type: 'shadow' as const, shadowStyle: { color: colours.line, opacity: 0.5 } },
      formatter: (points: unknown) => dayNote(input, points),
    },
    xAxis: {
      type: 'category' as const,
      data: days.map((day) => formatDay(day)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: {
        ...text,
        hideOverlap: true,
        formatter: (_value: string, index: number) => formatDayShort(days[index] ?? ''),
      },
    },
    yAxis: {
      type: 'value' as const,
      minInterval: 1,
      splitNumber: 4,
      splitLine: { lineStyle: { color: colours.line } },
      axisLabel: { ...text, formatter: (value: number) => formatCompact(value) },
    },
    series: [
      {
        name: 'Sessions',
        type: 'bar' as const,
        data: cells(answer, 'sessions').map((value, index) =>
          days[index] === today ? { value, itemStyle: { opacity: 0.45 } } : value,
        ),
        barMaxWidth: 36,
        barCategoryGap: '36%',
        itemStyle: { color: colours.sessions, borderRadius: [1, 1, 0, 0] },
      },
      {
        name: 'Page views',
        type: 'line' as const,
        data: views.map((value, index) => (days[index] === today && index > 0 ? null : value)),
        symbol: 'circle',
        symbolSize: 5,
        showSymbol: days.length <= 45,
        lineStyle: { color: colours.pageViews, width: 2 },
        itemStyle: { color: colours.pageViews },
        z: 3,
      },
      ...(days.includes(today) ? [partOfToday(days.indexOf(today), views, colours)] : []),
      ...(before ? [before] : []),
    ],
  };
}

/** The line of page views from yesterday to today, dashed: today is still counting. */
function partOfToday(todayAt: number, views: number[], colours: ChartColours) {
  return {
    name: 'Page views, today so far',
    type: 'line' as const,
    data: views.map((value, index) => (index >= todayAt - 1 && index <= todayAt ? value : null)),
    symbol: 'none',
    lineStyle: { color: colours.pageViews, width: 1.5, type: 'dashed' as const },
    itemStyle: { color: colours.pageViews },
    z: 2,
  };
}

/** What stands beside the pointer: the day and its numbers, as elements, so that nothing is parsed as HTML. */
function dayNote({ answer, comparison, today }: DayChartInput, points: unknown): HTMLElement {
  const first: unknown = Array.isArray(points) ? points[0] : points;
  const index = (first as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
  const day = String(answer.rows[index]?.[0] ?? '');
  const note = document.createElement('div');
  const add = (text: string, weight: number) => {
    const line = document.createElement('div');
    line.textContent = text;
    line.style.fontWeight = String(weight);
    note.append(line);
  };
  add(day === today ? `${formatDay(day)}, so far` : formatDay(day), 600);
  add(`${formatCount(cells(answer, 'sessions')[index] ?? 0)} sessions`, 450);
  add(`${formatCount(cells(answer, 'page_views')[index] ?? 0)} page views`, 450);
  const row = comparison?.rows[index];
  if (comparison && row) {
    const before = formatCount(cells(comparison, 'sessions')[index] ?? 0);
    add(`${before} sessions on ${formatDay(String(row[0]))}`, 450);
  }
  return note;
}
