import 'i18next';
import type approvals from './locales/zh-CN/approvals.json';
import type backtest from './locales/zh-CN/backtest.json';
import type campaigns from './locales/zh-CN/campaigns.json';
import type channels from './locales/zh-CN/channels.json';
import type common from './locales/zh-CN/common.json';
import type data from './locales/zh-CN/data.json';
import type errors from './locales/zh-CN/errors.json';
import type groups from './locales/zh-CN/groups.json';
import type people from './locales/zh-CN/people.json';
import type preflight from './locales/zh-CN/preflight.json';
import type rules from './locales/zh-CN/rules.json';
import type sandbox from './locales/zh-CN/sandbox.json';
import type schedule from './locales/zh-CN/schedule.json';
import type segments from './locales/zh-CN/segments.json';
import type session from './locales/zh-CN/session.json';
import type tasks from './locales/zh-CN/tasks.json';
import type uploads from './locales/zh-CN/uploads.json';
import type wizard from './locales/zh-CN/wizard.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      approvals: typeof approvals;
      backtest: typeof backtest;
      campaigns: typeof campaigns;
      channels: typeof channels;
      common: typeof common;
      data: typeof data;
      errors: typeof errors;
      groups: typeof groups;
      people: typeof people;
      preflight: typeof preflight;
      rules: typeof rules;
      sandbox: typeof sandbox;
      schedule: typeof schedule;
      segments: typeof segments;
      session: typeof session;
      tasks: typeof tasks;
      uploads: typeof uploads;
      wizard: typeof wizard;
    };
  }
}
