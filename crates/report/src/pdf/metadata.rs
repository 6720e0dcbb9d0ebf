//! What the file says of itself: title, author and language, and the list of chapters beside the pages.

use pdf_writer::{Finish, Name, Pdf, Ref, TextStr};

use super::{References, count};
use crate::document::Document;
use crate::html::escaped;
use crate::layout::{Layout, PAGE_HEIGHT};
use crate::text::visible;

const PRODUCER: &str = "Naru";

/// Writes both forms of the metadata and answers the object of the newer one (XMP, ISO 16684-1).
pub(super) fn write(pdf: &mut Pdf, references: &mut References, document: &Document) -> Ref {
    let [older, newer] = [references.take(), references.take()];
    let [title, author, subject] =
        [&document.title, &document.author, &document.reference].map(|text| visible(text).replace('\n', " "));
    let mut written = pdf.document_info(older);
    written.producer(TextStr(PRODUCER));
    for (text, key) in [
        (&title, b"Title".as_slice()),
        (&author, b"Author"),
        (&subject, b"Subject"),
    ] {
        if !text.is_empty() {
            written.pair(Name(key), TextStr(text));
        }
    }
    written.finish();
    let xmp = xmp(&[title, author, subject], document.language.tag());
    pdf.metadata(newer, xmp.as_bytes()).finish();
    newer
}

fn xmp(texts: &[String; 3], language: &str) -> String {
    let [title, author, subject] = texts.each_ref().map(|text| escaped(text));
    let mut known = String::new();
    for (name, list, attribute, text) in [
        ("title", "Alt", " xml:lang=\"x-default\"", title.as_str()),
        ("creator", "Seq", "", &author),
        ("description", "Alt", " xml:lang=\"x-default\"", &subject),
        ("language", "Bag", "", language),
    ] {
        if !text.is_empty() {
            let item = format!("<rdf:{list}><rdf:li{attribute}>{text}</rdf:li></rdf:{list}>");
            known.push_str(&format!("<dc:{name}>{item}</dc:{name}>"));
        }
    }
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><dc:format>application/pdf</dc:format>{known}\
         <pdf:Producer>{PRODUCER}</pdf:Producer></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}

/// Writes the list of chapters under `outline`, and says whether there is one.
pub(super) fn write_outline(
    pdf: &mut Pdf,
    references: &mut References,
    (outline, layout, pages): (Ref, &Layout, &[Ref]),
) -> bool {
    let items = references.take_many(layout.bookmarks.len());
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return false;
    };
    pdf.outline(outline).first(*first).last(*last).count(count(items.len()));
    for (index, (bookmark, item)) in layout.bookmarks.iter().zip(&items).enumerate() {
        let mut written = pdf.outline_item(*item);
        written.title(TextStr(&bookmark.title)).parent(outline);
        if let Some(before) = index.checked_sub(1).and_then(|before| items.get(before)) {
            written.prev(*before);
        }
        if let Some(after) = items.get(index + 1) {
            written.next(*after);
        }
        written
            .dest()
            .page(pages[bookmark.page])
            .xyz(0.0, PAGE_HEIGHT - bookmark.y + 8.0, None);
    }
    true
}
