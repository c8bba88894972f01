"""Files of tables and folders of images, read."""
