// The drawer in which one thing's story is read. However early it is closed, the focus goes back to where it came from.
import { Drawer } from "antd";
import { useEffect, useLayoutEffect, useRef, type ReactNode } from "react";
import { useNarrow } from "./use_narrow";

interface StoryDrawerProps {
  open: boolean;
  title: string;
  /** In pixels, where the screen has room for more than the drawer. */
  width: number;
  onClose: () => void;
  children: ReactNode;
}

export function StoryDrawer({ open, title, width, onClose, children }: StoryDrawerProps) {
  const narrow = useNarrow();
  useFocusReturn(open);
  return (
    <Drawer open={open} onClose={onClose} size={narrow ? "100%" : width} title={title} destroyOnHidden>
      {children}
    </Drawer>
  );
}

/**
 * The drawer itself gives the focus back only after its opening has been drawn to the end: whoever is faster with Esc
 * would have to begin at the top of the page.
 */
function useFocusReturn(open: boolean): void {
  const from = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (open) from.current = document.activeElement;
  }, [open]);
  useEffect(() => {
    if (open || !from.current) return;
    const place = from.current;
    from.current = null;
    // A list that was read anew has another element for the same row.
    const href = place.getAttribute("href");
    const now = place.isConnected || !href ? place : document.querySelector(`a[href="${CSS.escape(href)}"]`);
    if (now instanceof HTMLElement) now.focus({ preventScroll: true });
  }, [open]);
}
