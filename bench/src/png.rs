//! The plot, as PNG.

use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::{tiny_skia, usvg};

/// Draws an SVG as a PNG, twice as large so that it stays sharp.
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let mut options = usvg::Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let tree = usvg::Tree::from_str(svg, &options).context("the plot is not SVG")?;
    let scale = 2.0;
    let size = tree.size();
    let mut image = tiny_skia::Pixmap::new((size.width() * scale) as u32, (size.height() * scale) as u32)
        .context("the plot is empty")?;
    let transform = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut image.as_mut());
    image.encode_png().context("the plot cannot be written as PNG")
}
