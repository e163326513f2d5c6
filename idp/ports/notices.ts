/** One message in plain text, to one person or to all operators. */
export interface NoticeMessage {
  /** Stable over all attempts, so that the receiving side can drop a second copy. */
  readonly id: string;
  readonly addresses: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** What became of one attempt. `refused`: the receiving side will take it for none of the addresses, ever. */
export type NoticeDelivery = { readonly outcome: 'accepted' } | { readonly outcome: 'refused' };

/** A way to reach people outside the product. */
export interface NoticeChannel {
  /** For the command line and the audit trail: `mail`. */
  readonly name: string;
  /** @throws {Fault} `ERR_NOTICE_UNDELIVERED` when it may go better later. */
  deliver(message: NoticeMessage): Promise<NoticeDelivery>;
}

/** How notices leave, and where alarms go. */
export interface NoticeRoutes {
  /** Absent: notices stay on the command line. */
  readonly channel?: NoticeChannel;
  /** Addresses of those who run the installation. */
  readonly operators: readonly string[];
}
