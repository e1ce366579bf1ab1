// SPDX-License-Identifier: MIT
// What a reader would see on this page. look.py runs it there, and puts the window's width in.
"use strict";

(async () => {
    /** Brightness of a CSS colour, 0 to 255. What is transparent shows what is below: null. */
    function brightness(colour) {
        const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
        return alpha === 0 ? null : 0.3 * red + 0.6 * green + 0.1 * blue;
    }

    /** Links that lead to no page of the site, or to no place on it. */
    async function brokenLinks() {
        const texts = new Map(), broken = new Set();
        for (const link of document.querySelectorAll("a[href]")) {
            const target = new URL(link.href), id = decodeURIComponent(target.hash.slice(1));
            if (target.origin !== location.origin) continue;
            if (!texts.has(target.pathname)) {
                const answer = await fetch(target.pathname);
                texts.set(target.pathname, answer.ok ? await answer.text() : null);
            }
            const text = texts.get(target.pathname);
            if (text === null || (id !== "" && !text.includes(`id="${id}"`))) broken.add(link.getAttribute("href"));
        }
        return [...broken];
    }

    /** What sticks out to the right without a bar of its own to scroll by. */
    function wideThings() {
        const wide = [];
        for (const each of document.querySelectorAll("article *")) {
            const box = each.getBoundingClientRect();
            if (box.width === 0 || box.right <= WIDTH + 1) continue;
            let scrolls = false;
            for (let above = each.parentElement; above.tagName !== "ARTICLE"; above = above.parentElement)
                scrolls ||= ["auto", "scroll", "hidden"].includes(getComputedStyle(above).overflowX);
            if (!scrolls) wide.push(`${each.tagName.toLowerCase()} "${each.textContent.trim().slice(0, 30)}"`);
        }
        return wide.slice(0, 5);
    }

    document.querySelectorAll("details").forEach(each => each.open = true);
    const pictures = [...document.querySelectorAll("article img")];
    await Promise.all(pictures.map(each => each.decode().catch(() => {})));
    return {
        width: document.documentElement.scrollWidth,
        ground: brightness(getComputedStyle(document.body).backgroundColor) ?? 255,
        ink: brightness(getComputedStyle(document.querySelector("article")).color),
        pictures: pictures.length,
        turned: pictures.every(each => getComputedStyle(each).filter !== "none"),
        missing: pictures.filter(each => each.naturalWidth === 0).map(each => each.getAttribute("src")),
        wide: wideThings(),
        broken: await brokenLinks(),
        foreign: performance.getEntriesByType("resource").map(each => each.name)
            .filter(name => !name.startsWith(location.origin) && !name.startsWith("data:")),
    };
})();
