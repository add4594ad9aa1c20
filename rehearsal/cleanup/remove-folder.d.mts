/** Removes the folder, and follows no link. Rejects with the error of what cannot be removed, after having tried for a while */
export function removeFolder(folder: string, options?: { readonly patienceMs?: number }): Promise<void>;
