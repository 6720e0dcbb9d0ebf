//! The tree that a screen reader follows (ISO 32000-1, 14.7 and 14.8).

use pdf_writer::types::{StructRole, TableHeaderScope};
use pdf_writer::writers::{StructElement, StructTreeRoot};
use pdf_writer::{Finish, Pdf, Ref};

use super::content::PageContent;
use super::{References, count};
use crate::layout::{Layout, Role};

/// What a node consists of, in the order of reading.
enum Part {
    Node(usize),
    Text { page: usize, number: usize },
}

/// Writes the tree and answers its root.
pub(super) fn write(
    pdf: &mut Pdf,
    references: &mut References,
    (layout, contents, pages): (&Layout, &[PageContent], &[Ref]),
) -> Ref {
    let root = references.take();
    let elements = references.take_many(layout.nodes.len());
    let parts = parts(layout, contents);
    for (index, (node, parts)) in layout.nodes.iter().zip(&parts).enumerate() {
        let mut element = pdf.struct_element(elements[index]);
        element
            .kind(role(node.role))
            .parent(node.parent.map_or(root, |parent| elements[parent]));
        scope(&mut element, node.role);
        let mut children = element.children();
        for part in parts {
            match part {
                Part::Node(child) => {
                    children.struct_element(elements[*child]);
                }
                Part::Text { page, number } => {
                    children
                        .marked_content_ref()
                        .page(pages[*page])
                        .marked_content_id(count(*number));
                }
            }
        }
        children.finish();
        element.finish();
    }
    let lists = references.take_many(contents.len());
    for (content, list) in contents.iter().zip(&lists) {
        pdf.indirect(*list)
            .array()
            .items(content.parts.iter().map(|node| elements[*node]));
    }
    let mut tree = pdf.indirect(root).start::<StructTreeRoot>();
    tree.children().items(elements.first().copied());
    let mut parents = tree.parent_tree();
    let mut entries = parents.nums();
    for (page, list) in lists.iter().enumerate() {
        entries.insert(count(page), *list);
    }
    entries.finish();
    parents.finish();
    tree.parent_tree_next_key(count(lists.len()));
    tree.finish();
    root
}

fn parts(layout: &Layout, contents: &[PageContent]) -> Vec<Vec<Part>> {
    let mut parts: Vec<Vec<Part>> = layout.nodes.iter().map(|_| Vec::new()).collect();
    for (index, node) in layout.nodes.iter().enumerate() {
        if let Some(parent) = node.parent.and_then(|parent| parts.get_mut(parent)) {
            parent.push(Part::Node(index));
        }
    }
    for (page, content) in contents.iter().enumerate() {
        for (number, node) in content.parts.iter().enumerate() {
            if let Some(own) = parts.get_mut(*node) {
                own.push(Part::Text { page, number });
            }
        }
    }
    parts
}

fn role(role: Role) -> StructRole {
    match role {
        Role::Document => StructRole::Document,
        Role::Heading(1) => StructRole::H1,
        Role::Heading(2) => StructRole::H2,
        Role::Heading(3) => StructRole::H3,
        Role::Heading(_) => StructRole::H4,
        Role::Paragraph => StructRole::P,
        Role::Table => StructRole::Table,
        Role::Caption => StructRole::Caption,
        Role::TableHead => StructRole::THead,
        Role::TableBody => StructRole::TBody,
        Role::TableRow => StructRole::TR,
        Role::ColumnName | Role::RowName => StructRole::TH,
        Role::Cell => StructRole::TD,
        Role::List => StructRole::L,
        Role::ListItem => StructRole::LI,
        Role::Label => StructRole::Lbl,
        Role::LabelBody => StructRole::LBody,
    }
}

/// The name of a role as it marks drawn text.
pub(super) fn tag(kind: Role) -> &'static [u8] {
    role(kind).to_name().0
}

fn scope(element: &mut StructElement, role: Role) {
    let scope = match role {
        Role::ColumnName => TableHeaderScope::Column,
        Role::RowName => TableHeaderScope::Row,
        _ => return,
    };
    element.attributes().push().table().scope(scope);
}
