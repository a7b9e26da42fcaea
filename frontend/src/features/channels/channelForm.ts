import type { ResultOf, VariablesOf } from '@/shared/graphql/graphql';
import type { ChannelRow } from './ChannelRow';
import type { CreateChannel } from './saveChannel';

export type Channel = ResultOf<typeof ChannelRow>;
export type ChannelInput = VariablesOf<typeof CreateChannel>['input'];

/** The channel's form; fields are named as in the API's ChannelInput. */
export interface ChannelForm {
  name: string;
  appId: string;
  /** Empty keeps the one the server has. */
  secret: string;
  originalId: string;
  qpsLimit: number;
  programState: Channel['programState'];
  lang: Channel['lang'];
  h5Page: string;
  relayPage: string;
}

export const NAME_MAX = 30;
export const QPS_MAX = 100_000;
export const PAGE_MAX = 200;
export const APP_ID = /^wx[0-9a-z]{16}$/;
export const ORIGINAL_ID = /^gh_[0-9a-z]{6,29}$/;
/** A path inside the mini program, without parameters: the link is added when a message is made. */
export const PAGE = /^[^\s?#:]+$/;

/** Spec §8.1. */
export const EMPTY_CHANNEL: ChannelForm = {
  name: '',
  appId: '',
  secret: '',
  originalId: '',
  qpsLimit: 50,
  programState: 'FORMAL',
  lang: 'ZH_CN',
  h5Page: '',
  relayPage: '',
};

export function fromChannel(channel: Channel): ChannelForm {
  return {
    name: channel.name,
    appId: channel.appID,
    secret: '',
    originalId: channel.originalID,
    qpsLimit: channel.qpsLimit,
    programState: channel.programState,
    lang: channel.lang,
    h5Page: channel.h5Page,
    relayPage: channel.relayPage,
  };
}

/** The form as API input; an empty secret is left out, so that the stored one stays. */
export function toChannelInput({ secret, ...form }: ChannelForm): ChannelInput {
  return {
    ...form,
    name: form.name.trim(),
    appId: form.appId.trim(),
    originalId: form.originalId.trim(),
    h5Page: form.h5Page.trim(),
    relayPage: form.relayPage.trim(),
    ...(secret.trim() ? { secret: secret.trim() } : {}),
  };
}
