import { expect, test } from 'vitest';
import type { Acquisition } from '../contract/session.ts';
import { channelOf, usualChannels } from './channel.ts';

test.each<[Acquisition, string]>([
  [{}, 'direct'],
  [{ source: 'facebook', medium: 'cpc' }, 'paid social'],
  [{ source: 'Google', medium: 'cpc', clickId: 'gclid' }, 'paid search'],
  [{ source: 'Google', medium: 'cpc', referrerHost: 'www.facebook.com' }, 'paid search'],
  [{ source: 'letter', medium: 'cpc', referrerHost: 'www.facebook.com' }, 'paid social'],
  [{ source: 'bing', medium: 'paid' }, 'paid search'],
  [{ source: 'somebody', medium: 'ppc' }, 'paid search'],
  [{ source: 'somebody', medium: 'cpm' }, 'paid other'],
  [{ source: 'fb', medium: 'paid_social' }, 'paid social'],
  [{ source: 'somebody', medium: 'PaidSocial' }, 'paid social'],
  [{ source: 'ig', medium: 'cpc' }, 'paid social'],
  [{ source: 'youtube', medium: 'cpc' }, 'paid other'],
  [{ source: 'Amazon', medium: 'cpc' }, 'paid other'],
  [{ source: 'Google', medium: 'cpc', referrerHost: 'www.youtube.com' }, 'paid search'],
  [{ source: 'letter', medium: 'Newsletter' }, 'email'],
  [{ source: 'Gmail', medium: 'email', referrerHost: 'mail.google.com' }, 'email'],
  [{ source: 'Google', medium: 'display' }, 'display'],
  [{ source: 'x', medium: 'affiliate' }, 'affiliate'],
  [{ source: 'sms' }, 'SMS'],
  [{ source: 'app', medium: 'push' }, 'push'],
  [{ source: 'ChatGPT', medium: 'ai-assistant', referrerHost: 'chatgpt.com' }, 'AI assistant'],
  [{ source: 'Gemini', medium: 'ai-assistant', referrerHost: 'gemini.google.com' }, 'AI assistant'],
  [{ source: 'chatgpt.com' }, 'AI assistant'],
  [{ source: 'YouTube', medium: 'social', referrerHost: 'www.youtube.com' }, 'video'],
  [{ source: 'youtube' }, 'video'],
  [{ source: 'x', medium: 'shopping' }, 'shopping'],
  [{ source: 'amazon' }, 'shopping'],
  [{ source: 'Amazon', medium: 'organic', referrerHost: 'www.amazon.com' }, 'shopping'],
  [{ source: 'ebay.de', medium: 'referral', referrerHost: 'www.ebay.de' }, 'shopping'],
  [{ source: 'x', medium: 'referral', referrerHost: 'shopping.google.com' }, 'shopping'],
  [{ source: 'notamazon.example', referrerHost: 'notamazon.example' }, 'referral'],
  [{ source: 'Google', medium: 'organic', referrerHost: 'www.google.fj' }, 'organic search'],
  [{ source: 'Twitter', medium: 'social', referrerHost: 't.co' }, 'organic social'],
  [{ source: 'Facebook', clickId: 'fbclid' }, 'organic social'],
  [{ source: 'blog.example', medium: 'referral', referrerHost: 'blog.example' }, 'referral'],
  [{ campaign: 'spring' }, 'other'],
  [{ source: 'notgoogle' }, 'other'],
])('%j comes by %s', (acquisition, channel) => {
  expect(channelOf(acquisition)).toBe(channel);
  expect(usualChannels).toContain(channel);
});
