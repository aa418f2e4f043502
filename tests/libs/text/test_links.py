"""One post has one canonical link, whichever way it was shared; other posts have other links."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.links import MAX_LENGTH, canonical

SAME = {
    "https://facebook.com/groups/123/posts/456": [
        "https://www.facebook.com/groups/123/posts/456/",
        "http://m.facebook.com/groups/123/permalink/456/?ref=share&mibextid=S66gvF",
        "https://mbasic.facebook.com/groups/123?view=permalink&id=456&refid=18",
        "https://touch.facebook.com/groups/123/posts/456?__cft__[0]=AZX&__tn__=%2CO%2CP-R",
        "https://de-de.facebook.com/groups/123/?multi_permalinks=456&notif_id=1&notif_t=x",
        "https://web.facebook.com/groups/123/posts/worte-aus-dem-post/456/#",
        "https://www.fb.com:443/groups/123/posts/456?fbclid=IwAR",
    ],
    "https://facebook.com/groups/123/posts/456?comment_id=789": [
        "https://www.facebook.com/groups/123/posts/456/?comment_id=789&__tn__=R",
        "https://m.facebook.com/groups/123/permalink/456/?comment_id=456_789&mibextid=x",
        "https://www.facebook.com/groups/123/posts/456/?comment_id=Y29tbWVudDo0NTZfNzg5",
    ],
    "https://facebook.com/groups/123/posts/456?comment_id=789&reply_comment_id=790": [
        "https://www.facebook.com/groups/123/posts/456/?reply_comment_id=790&comment_id=789",
    ],
    "https://facebook.com/100/posts/pfbid02AbC": [
        "https://www.facebook.com/permalink.php?story_fbid=pfbid02AbC&id=100",
        "https://m.facebook.com/story.php?id=100&story_fbid=pfbid02AbC&eav=x&paipv=0",
        "https://www.facebook.com/100/posts/pfbid02AbC?rdid=1#",
    ],
    "https://facebook.com/photo?fbid=1": [
        "https://www.facebook.com/photo.php?fbid=1&set=a.2&type=3",
        "https://www.facebook.com/photo/?fbid=1&set=a.2",
        "https://www.facebook.com/Seite/photos/a.2/1/",
    ],
    "https://facebook.com/watch?v=1": [
        "https://www.facebook.com/watch/?v=1&ref=sharing",
        "https://www.facebook.com/Seite/videos/ein-titel/1/",
        "https://m.facebook.com/video.php?v=1",
    ],
    "https://facebook.com/share/p/1AbC": ["https://www.facebook.com/share/p/1AbC/?mibextid=wwXIfr"],
    "https://t.me/chan/12": [
        "https://t.me/s/Chan/12",
        "http://telegram.me/chan/12?single",
        "https://chan.t.me/12",
        "https://t.me/chan/5/12",
    ],
    "https://t.me/chan/12?comment=34": [
        "https://www.t.me/chan/12?comment=34",
        "https://t.me/s/chan/12?single&comment=34",
    ],
    "https://t.me/c/123/789": ["https://t.me/c/123/5/789", "https://telegram.dog/c/123/789?thread=5"],
    "https://instagram.com/p/AbC": [
        "https://www.instagram.com/p/AbC/?igsh=MzRlODBiNWFlZA==",
        "https://www.instagram.com/reel/AbC/",
        "https://m.instagram.com/femos/reel/AbC/?utm_source=ig_web_copy_link",
        "https://instagr.am/reels/AbC",
    ],
    "https://instagram.com/p/AbC/c/178": ["https://www.instagram.com/p/AbC/c/178/?img_index=2"],
    "https://youtube.com/watch?v=AbC-1": [
        "https://youtu.be/AbC-1?si=x&t=30",
        "https://m.youtube.com/watch?feature=share&v=AbC-1&list=PL1",
        "https://www.youtube.com/shorts/AbC-1",
        "https://www.youtube-nocookie.com/embed/AbC-1",
    ],
    "https://youtube.com/watch?lc=Ugx.1&v=AbC": ["https://www.youtube.com/watch?v=AbC&lc=Ugx.1"],
    "https://tiktok.com/@anna/video/12": [
        "https://www.tiktok.com/@Anna/video/12?is_from_webapp=1&sender_device=pc",
        "https://m.tiktok.com/@anna/video/12?_r=1&_t=x",
    ],
    "https://reddit.com/comments/1abc/_/xyz": [
        "https://old.reddit.com/r/germany/comments/1abc/titel/xyz/?context=3",
        "https://np.reddit.com/r/germany/comments/1abc/titel/xyz",
        "https://www.reddit.com/r/germany/comments/1abc/comment/xyz/?share_id=1&utm_name=x",
    ],
    "https://reddit.com/comments/1abc": [
        "https://redd.it/1abc",
        "https://sh.reddit.com/r/germany/comments/1abc/titel/",
    ],
    "https://x.com/i/status/12": [
        "https://twitter.com/anna/status/12?s=20&t=x",
        "https://mobile.twitter.com/anna/status/12/photo/1",
        "https://x.com/i/web/status/12",
    ],
    "https://vk.com/wall-1_2?reply=3": [
        "https://m.vk.com/wall-1_2?reply=3&thread=1",
        "https://vk.com/club1?w=wall-1_2_r3",
        "https://vkontakte.ru/feed?w=wall-1_2_r3%2Fall",
    ],
    "https://forum.example.de/viewtopic.php?p=3&t=2": [
        "http://www.forum.example.de:80/viewtopic.php?t=2&p=3#p3",
        "https://m.forum.example.de/./viewtopic.php?p=3&t=2&sid=0123456789abcdef0123456789abcdef#top",
        "https://FORUM.example.de./a/../viewtopic.php?p=3&&t=2&utm_source=x&gclid=1",
    ],
    "https://forum.example.de/thema?t=2#post-5": ["https://forum.example.de/thema/?t=2#post-5"],
    "https://xn--bcher-kva.example/%C3%A4~/b%20c?q=a%20b": [
        "https://bücher.example/ä~/b c?q=a+b",
        "HTTPS://BÜCHER.example/%c3%a4%7e/b%20c/?q=a%20b",
        "https://anna:geheim@xn--bcher-kva.example/%C3%A4~/b%20c?q=a%20b",
    ],
    "https://xn--fa-hia.de": ["http://faß.de/", "https://faß.de#anfang"],
}
DIFFERENT = [
    "https://www.facebook.com/groups/123/posts/456/?comment_id=789",
    "https://www.facebook.com/groups/123/posts/456/?comment_id=788",
    "https://www.facebook.com/groups/123/posts/457/?comment_id=789",
    "https://www.facebook.com/groups/124/posts/456/?comment_id=789",
    "https://www.facebook.com/groups/123/posts/456/?comment_id=789&reply_comment_id=1",
    "https://www.facebook.com/groups/123/",
    "https://www.facebook.com/share/p/AbC",
    "https://www.facebook.com/share/p/abc",
    "https://www.facebook.com/profile.php?id=1",
    "https://www.facebook.com/profile.php?id=2",
    "https://t.me/chan/12",
    "https://t.me/chan/12?comment=1",
    "https://t.me/chan/13",
    "https://t.me/+AbCdEf",
    "https://t.me/+abcdef",
    "https://youtu.be/abc",
    "https://youtu.be/ABC",
    "https://instagram.com/share/reel/AbC",
    "https://instagram.com/reel/AbC",
    "https://vm.tiktok.com/AbC",
    "https://forum.example.de/t?p=1#p2",
    "https://forum.example.de/t?p=1#p3",
    "https://forum.example.de:8443/t?p=1",
    "https://forum.example.de/t%2Fp?p=1",
    "https://forum.example.de/t/p?p=1",
]
NO_LINK = [
    "",
    "facebook.com/groups/1/posts/2",
    "siehe https://example.org",
    "ftp://example.org/x",
    "javascript:alert(1)",
    "mailto:anna@example.org",
    "tg://resolve?domain=chan",
    "https://",
    "https:///weg",
    "http://[::1/x",
    "https://example.org:99999/",
    "https://example.org:abc/",
    "https://a..b/",
    "https://exa mple.org/",
    "https://ex%61mple.org/",
    "https://example.org/\x00",
    "https://example.org/\nx",
    "https://example.org/\ud800",
    "https://" + "a" * 300 + ".de/",
    "https://example.org/" + "a" * MAX_LENGTH,
    "https://example.org/" + "ä" * 900,
]

_SHREDS = """
http:// https:// HTTPS:// www. m. user:pw@ :80 :443 :8080 ? & # = ; % %2F %2f %41 %zz %C3%A4 ä + .. . / //
facebook.com t.me youtube.com reddit.com x.com vk.com instagram.com tiktok.com forum.example.de bücher.de [::1]
/groups/ /posts/ /permalink/ /permalink.php /comments/ /status/ /watch /s/ /c/ /p/ /@anna/video/ /wall-1_2 1 12 AbC
comment_id= story_fbid= id= v= lc= w=wall-1_2_r3 fbclid= utm_x= __cft__[0]= Y29tbWVudDo0NTZfNzg5 Y29tbWVud p3 #p3
"""
_PARTS = st.sampled_from(_SHREDS.split())


@pytest.mark.parametrize(("link", "shared"), [(link, shared) for link, forms in SAME.items() for shared in forms])
def test_every_way_of_sharing_a_post_gives_one_link(link: str, shared: str) -> None:
    assert canonical(shared) == link
    assert canonical(f" {shared}\n") == link


@pytest.mark.parametrize("link", SAME)
def test_a_canonical_link_is_its_own(link: str) -> None:
    assert canonical(link) == link


def test_other_posts_have_other_links() -> None:
    links = [canonical(url) for url in DIFFERENT]
    assert None not in links
    assert len(set(links)) == len(DIFFERENT)


@pytest.mark.parametrize("text", NO_LINK, ids=range(len(NO_LINK)))
def test_what_is_no_web_address_has_no_link(text: str) -> None:
    assert canonical(text) is None


def test_names_that_are_not_needed_go() -> None:
    assert "anna" not in str(canonical("https://twitter.com/anna/status/12"))
    assert "geheim" not in str(canonical("https://anna:geheim@example.org/x"))


@settings(max_examples=1_500, deadline=None)
@given(st.lists(_PARTS, max_size=12).map("".join))
def test_canonical_of_canonical_is_the_same(url: str) -> None:
    once = canonical(url)
    assert once is None or (canonical(once) == once and len(once) <= MAX_LENGTH and once.isascii())


@settings(max_examples=500, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.sampled_from(["", "https://", "http://x.de/", "https://t.me/"]),
)
def test_no_string_breaks_it(text: str, start: str) -> None:
    once = canonical(start + text)
    assert once is None or canonical(once) == once
