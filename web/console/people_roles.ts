// The roles of people and machines, from the most to the least.
export const ROLES = ["owner", "manager", "cashier", "support"] as const;

export type Role = (typeof ROLES)[number];
