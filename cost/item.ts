import type { Prices } from "./prices";

/** One line of a bill: so much of something, at a price. */
export interface Item {
  /** The resource that it is for. */
  readonly resource: string;
  readonly what: string;
  /** A month. */
  readonly quantity: number;
  readonly unit: string;
  readonly price: keyof Prices;
  /** What of the price is paid; Fargate Spot's share. @default "1" */
  readonly share?: keyof Prices;
}

/** An average month. */
export const hoursAMonth = 730;

/** An item that is billed by the hour, all month long. */
export function hours(resource: string, what: string, count: number, price: keyof Prices): Item {
  return month(resource, what, count * hoursAMonth, "h", price);
}

/** An item that is counted in months. */
export function month(resource: string, what: string, quantity: number, unit: string, price: keyof Prices): Item {
  return { resource, what, quantity, unit, price };
}
